import Domain
import PushTargets
import Rotation
import Scheduling
import SocketAPI
import Vault

/// Rotations that wait longer than normal, and clients with a revoked secret.
extension AppProblems {
    /// Not reported if another problem already covers it.
    var waiting: HealthIssue? {
        guard let rotation = entry.rotation, let wait, wait.isTooLong(now), wait.row.usual != 0 else { return nil }
        let usual = wait.usual.map { " (usually at most \(countdown($0)))" } ?? ""
        let unsavedStep = unsaved.map { "its next step cannot be saved: \($0.error.detail)" }
        let why = (unsavedStep ?? reason(wait, rotation)).map { ": \($0)" } ?? ""
        let expiry = wait.deadline.map { "; the old secret\(owners(wait)) \($0.expiryWords(now))" } ?? ""
        return HealthIssue(
            .rotationWaits, app: entry.app.name,
            "the rotation has waited \(countdown(wait.waited(now))) for \(subject(wait))\(usual)\(why)\(expiry)",
            try: unsaved.map { $0.error.hint ?? "keyturn doctor" } ?? hint(wait, rotation), deadline: wait.deadline)
    }

    private func subject(_ wait: RotationWait) -> String {
        switch wait.row.kind {
        case .targets: named("target", wait.names)
        case .holders: named("client", wait.names)
        case .zoom, .vault, .overlap, .you: wait.row.words
        }
    }

    private func named(_ noun: String, _ names: [Name]) -> String {
        names.count == 1 ? "\(noun) '\(names[0])'" : "\(noun)s \(names.listed)"
    }

    private func owners(_ wait: RotationWait) -> String {
        switch wait.row.kind {
        case .targets: ", which \(wait.names.count == 1 ? "it" : "they") may still have,"
        case .holders: ", which \(wait.names.count == 1 ? "it still has" : "they still have"),"
        case .zoom, .vault, .overlap, .you: ""
        }
    }

    /// For a single target its own reason: the rotation's may concern others.
    private func reason(_ wait: RotationWait, _ rotation: Rotation) -> String? {
        switch wait.row.kind {
        case .targets:
            let words = targets.filter { wait.names.contains($0.target.name) }.compactMap { entry in
                (entry.delivery.failure?.reason ?? entry.delivery.waiting
                    ?? entry.delivery.drift?.words)
                    .map { wait.names.count == 1 ? $0 : "\(entry.target.name): \($0)" }
            }
            return words.isEmpty ? rotation.reason : words.prefix(5).joined(separator: "; ")
        case .holders, .overlap: return nil
        case .zoom, .vault, .you: return rotation.reason
        }
    }

    private func hint(_ wait: RotationWait, _ rotation: Rotation) -> String {
        let app = entry.app.name
        // A refusal of the console comes before the state of its engines.
        if wait.row.kind == .targets,
            let (name, failure) = targets.lazy.filter({ wait.names.contains($0.target.name) }).compactMap({ entry in
                entry.delivery.failure.map { (entry.target.name, $0) }
            }).first
        {
            return TargetHint.failed(name, failure)
        }
        switch (wait.row.kind, wait.names.first) {
        case (.targets, let name?):
            let drift = targets.first { $0.target.name == name }?.delivery.drift
            return drift.map { TargetHint.changed(name, $0) } ?? TargetHint.lagging(name)
        case (.holders, let name?):
            return
                "make them fetch again: keyturn holders \(app); one that no longer exists: keyturn client remove \(name)"
        case (.vault, _): return "keyturn doctor"
        case (.zoom, _) where rotation.isEndIgnored: return rotation.ignoredEndHint(of: app)
        default: return "keyturn rotation show \(rotation.id)"
        }
    }

    /// Clients that hold a secret which is revoked or expires soon, and for which no rotation waits.
    var deadHolders: HealthIssue? {
        var (names, expires, generation) = ([Name](), Timestamp(unixSeconds: .max), entry.credential.generation)
        for receipt in entry.receipts.values.sorted(by: { $0.holder < $1.holder }) {
            let name = receipt.holder.client
            guard !entry.isCurrent(receipt), holders.contains(name), !ungranted.contains(name),
                !isWaitedFor(receipt.generation), let expiry = entry.expiry(of: receipt.generation),
                expiry - now <= Self.nearExpiry
            else { continue }
            if names.last != name { names.append(name) }
            (expires, generation) = (min(expires, expiry), min(generation, receipt.generation))
        }
        guard !names.isEmpty else { return nil }
        return HealthIssue(
            .consumerSecretExpired, app: entry.app.name,
            "\(named("client", names)) fetched generation \(generation) last, whose secret \(expires.expiryWords(now))",
            try: "make \(names.count == 1 ? "it" : "them") fetch again: keyturn holders \(entry.app.name); "
                + "one that no longer exists: keyturn client remove \(names[0])", deadline: expires)
    }

    /// Whether a rotation waits for the holders of this secret, and reports them. While it still waits for push targets,
    /// or is blocked, it reports no clients; nor once the secret has expired.
    private func isWaitedFor(_ generation: Generation) -> Bool {
        entry.rotation.map { $0.phase == .draining && generation >= $0.base && !$0.isOldSecretOver(now) } ?? false
    }
}

extension [Name] {
    /// The first five.
    var listed: String { prefix(5).map(\.description).joined(separator: ", ") + (count > 5 ? ", …" : "") }
}
