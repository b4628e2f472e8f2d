package import Domain
import SocketAPI
package import Vault

/// The command to type when something is wrong with a push target.
package enum TargetHint {
    package static func failed(_ name: Name, _ failure: Delivery.Failure) -> String {
        // A failed save is cleared by a successful push, not by a check.
        let last = failure.step == .save ? "keyturn target push \(name)" : "keyturn target test \(name)"
        return failure.hint.map { failure.isRefusal || $0.contains(last) ? $0 : "\($0); then \(last)" } ?? last
    }

    /// For a push that the engines do not replicate: another push would not help.
    package static func lagging(_ name: Name) -> String {
        "keyturn target test \(name); a node that is permanently out of service: remove it from the cluster"
    }

    /// Pushing is always safe. Accepting an old secret would let it be revoked while the console uses it, without a
    /// report. Another app's IDs cannot be accepted at all.
    package static func changed(_ name: Name, _ drift: Drift) -> String {
        drift.kind == .identity
            ? "to put this app's back: keyturn target push \(name); if the other app is meant: keyturn target remove \(name)"
            : AttentionCode.targetChanged.remedy(name) ?? ""
    }
}
