import Domain
import PushTargets
import Rotation
import SocketAPI
import Vault

/// The consequences of revoking an app's old secret at once. Pure: depends only on the vault and the time.
struct EndingPlans {
    let entry: AppEntry
    let catalog: Catalog
    let now: Timestamp
    private var timing: RotationTiming { RotationTiming() }

    /// For the end of an overlap: the consumers that have only the old secret.
    func finish(_ rotation: Rotation) throws(VaultError) -> EndingPlan {
        guard entry.rotation?.id == rotation.id, rotation.promotedAt != nil else {
            throw rotation.phase.isFinal
                ? Vault.over(entry.app.name, rotation) : Vault.notLive(entry.app.name, rotation)
        }
        let current = entry.credential.generation
        return EndingPlan(
            app: entry.app.name, rotation: rotation.id, steps: [ending(rotation)] + waiting(1, rotation.allCalls),
            clients: clients { !entry.isCurrent($0) },
            targets: targets.compactMap { entry in
                behind(entry, current).map { .init(target: entry.target.name, detail: $0) }
            },
            endsAt: rotation.endsOldSecret ? timing.earliest(1, after: rotation.allCalls, now: now) : nil)
    }

    /// For an emergency rotation: all consumers of a present or former secret.
    /// - Parameter calls: when Zoom was asked for changes before.
    func now(after calls: [Timestamp]) -> EndingPlan {
        let current = entry.credential.generation
        var steps: [String] = []
        var changes = 2
        let open = entry.rotation
        var replaced = current
        if let open, open.promotedAt != nil {
            if open.endsOldSecret { changes += 1 }
            steps.append("rotation \(open.id) is finished: \(ending(open))")
        } else if let open {
            let step = "rotation \(open.id), under way in state '\(open.phase.words)', continues without an overlap"
            if !open.endsOldSecret, !open.isByHand { changes += 1 }
            steps.append(open.endsOldSecret ? step : "\(step): \(ending(open))")
            replaced = open.endsOldSecret ? open.base : open.target
        }
        steps.append("Zoom is asked for a new secret, which is served once Zoom has accepted it")
        steps.append("each push target gets one push")
        steps.append("Zoom is asked to revoke generation \(replaced)")
        return EndingPlan(
            app: entry.app.name, rotation: open?.id, steps: steps + waiting(changes, calls),
            clients: clients { _ in true },
            targets: targets.map { .init(target: $0.target.name, detail: incident($0, current)) },
            endsAt: timing.earliest(changes, after: calls, now: now))
    }

    private func ending(_ rotation: Rotation) -> String {
        if let ending = rotation.ending, !ending.putsBack {
            return "Zoom was asked to revoke generation \(rotation.base) at \(ending.expires)"
        }
        if rotation.endsOldSecret {
            return "Zoom is asked to revoke generation \(rotation.base) in \(counted(timing.endLead / 60, "minute"))"
        }
        if rotation.isRestored {
            return "generation \(rotation.base) is not revoked at Zoom: this rotation comes from a backup"
        }
        let latest = rotation.oldExpires.map { ", by \($0) as far as is known" } ?? ""
        return "generation \(rotation.base) expires as chosen in the Marketplace\(latest); "
            + "nothing is requested from Zoom"
    }

    private func waiting(_ changes: Int, _ calls: [Timestamp]) -> [String] {
        let last = timing.earliest(changes, after: calls, now: now)
        return last > now ? ["not all of it before \(last): Zoom allows three changes in 15 minutes"] : []
    }

    private func clients(_ isMeant: (Receipt) -> Bool) -> [EndingPlan.Client] {
        entry.receipts.values.filter { isMeant($0) && catalog.client($0.holder.client) != nil }
            .sorted { $0.holder < $1.holder }
            .map { .init(client: $0.holder.client, generation: $0.generation.number) }
    }

    private var targets: [TargetEntry] { catalog.targets(of: entry.app) }

    private func behind(_ entry: TargetEntry, _ current: Generation) -> String? {
        if let failure = entry.delivery.failure { return "\(has(entry)): \(failure.reason)" }
        if let drift = entry.delivery.drift { return "\(drift.words); seen at \(drift.seenAt)" }
        guard entry.delivery.generation == current, entry.delivery.secondsToSettle(entry.target, now: now) == 0 else {
            return "\(has(entry)); its engines may not use it yet"
        }
        return nil
    }

    private func incident(_ entry: TargetEntry, _ current: Generation) -> String {
        behind(entry, current)
            ?? "its engines may use the old secret for \(entry.target.settle) s after a push"
    }

    private func has(_ entry: TargetEntry) -> String {
        entry.delivery.generation.map { "it has generation \($0)" } ?? "nothing was pushed there yet"
    }
}
