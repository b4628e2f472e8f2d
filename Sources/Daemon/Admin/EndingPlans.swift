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
        var times = EndingTimes(rotation.allCalls, now: now)
        let endsAt = rotation.endsOldSecret ? times.end(rotation) : nil
        return EndingPlan(
            app: entry.app.name, rotation: rotation.id, steps: [ending(rotation)] + waiting(times),
            clients: clients { !entry.isCurrent($0) },
            targets: targets.compactMap { entry in
                behind(entry, current).map { .init(target: entry.target.name, detail: $0) }
            },
            endsAt: endsAt)
    }

    /// For an emergency rotation: all consumers of a present or former secret.
    /// - Parameter calls: when Zoom was asked for changes before.
    func now(after calls: [Timestamp]) -> EndingPlan {
        let current = entry.credential.generation
        var times = EndingTimes(calls, now: now)
        var steps: [String] = []
        let open = entry.rotation
        var replaced = current
        if let open, open.promotedAt != nil {
            if open.endsOldSecret, !open.isEndIgnored { _ = times.end(open) }
            steps.append("rotation \(open.id) is finished: \(ending(open))")
        } else if let open {
            let step = "rotation \(open.id), under way in state '\(open.phase.words)', continues without an overlap"
            if !open.endsOldSecret, !open.isByHand { times.change() }
            steps.append(open.endsOldSecret ? step : "\(step): \(ending(open))")
            replaced = open.endsOldSecret ? open.base : open.target
        }
        times.change()
        steps.append("Zoom is asked for a new secret, which is served once Zoom has accepted it")
        steps.append("each push target gets one push")
        steps.append("Zoom is asked to revoke generation \(replaced) two minutes later")
        let endsAt = times.end(nil)
        return EndingPlan(
            app: entry.app.name, rotation: open?.id, steps: steps + waiting(times),
            clients: clients { _ in true },
            targets: targets.map { .init(target: $0.target.name, detail: incident($0, current)) },
            endsAt: endsAt)
    }

    private func ending(_ rotation: Rotation) -> String {
        let name = "generation \(rotation.base)"
        let latest = rotation.revokeAt.map(\.description) ?? "an unknown time"
        if let ending = rotation.ending, !ending.putsBack {
            guard rotation.isEndIgnored else { return "Zoom was asked to revoke \(name) at \(ending.expires)" }
            return
                "Zoom said that it revokes \(name) at \(ending.expires), and still accepts it: it expires by \(latest), "
                + "unless you revoke it in the Marketplace"
        }
        if rotation.endsOldSecret {
            if EndingTimes(rotation.allCalls, now: now).expiresBefore(rotation) {
                return "\(name) expires at \(latest)"
            }
            return "Zoom is asked to revoke \(name) in \(counted(timing.lead(of: rotation) / 60, "minute"))"
        }
        if rotation.isRestored { return "\(name) is not revoked at Zoom: this rotation comes from a backup" }
        let known = rotation.oldExpires.map { ", by \($0) as far as is known" } ?? ""
        return "\(name) expires as chosen in the Marketplace\(known); nothing is requested from Zoom"
    }

    private func waiting(_ times: EndingTimes) -> [String] {
        times.throttled.map { ["not all of it before \($0): Zoom allows three changes in 15 minutes"] } ?? []
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
