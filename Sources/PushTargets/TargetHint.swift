package import Domain
package import Vault

/// What to type next when something is wrong with a push target.
package enum TargetHint {
    package static func failed(_ name: Name, _ failure: Delivery.Failure) -> String {
        // What was not saved is over with a push that is, and not with a look.
        let last = failure.step == .save ? "keyturn target push \(name)" : "keyturn target test \(name)"
        return failure.hint.map { failure.isRefusal || $0.contains(last) ? $0 : "\($0); then \(last)" } ?? last
    }

    /// Of what was pushed, and the engines do not take over: to push it again helps nothing.
    package static func lagging(_ name: Name) -> String {
        "keyturn target test \(name); a node that is out of service for good: take it out of the cluster"
    }

    /// To push is safe whatever is there. To accept an old secret has it end under the console, and nothing say so. Another
    /// app's identifiers are not accepted at all.
    package static func changed(_ name: Name, _ drift: Drift) -> String {
        drift.kind == .identity
            ? "to put this app's back: keyturn target push \(name); if the other app is meant: keyturn target remove \(name)"
            : "keyturn target push \(name); only if you know that it has the current secret: keyturn target accept \(name)"
    }
}
