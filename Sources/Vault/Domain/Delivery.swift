package import Domain

/// What a push target is known to have of its app, and the result of the last attempt. If this is lost, another push is
/// made, which does no harm.
package struct Delivery: Equatable, Sendable {
    /// A failed attempt.
    package struct Failure: Equatable, Sendable {
        /// The step that failed.
        package enum Step: String, CaseIterable, Sendable {
            /// Log in: done once the console shows the connection.
            case access
            /// Save the connection: done with the next push.
            case save
            /// Replicate to the engines: done once they have it.
            case replication
        }

        package let at: Timestamp
        /// A stable code for programs, such as `unauthorized`.
        package let cause: String
        package let reason: String
        package let hint: String?
        /// Whether PingFederate refused what was sent, so that only the operator can continue.
        package private(set) var isRefusal: Bool
        package let step: Step

        package init(at: Timestamp, step: Step, cause: String, reason: String, hint: String?, isRefusal: Bool) {
            self.at = at
            self.step = step
            self.cause = cause
            self.reason = reason
            self.hint = hint
            self.isRefusal = isRefusal
        }

        /// A copy that may be retried, after the operator changed what may have been the reason.
        package var forgiven: Self {
            var failure = self
            failure.isRefusal = false
            return failure
        }
    }

    /// The last generation that the console accepted.
    package var generation: Generation?
    package var pushedAt: Timestamp?
    /// When the console saved it, by the console's own clock; `nil` where it does not say.
    package var savedAt: Timestamp?
    /// Whether a replication of all pending changes was requested since.
    package var replicationAsked = false
    /// When the engines were known to have it.
    package var replicatedAt: Timestamp?
    /// The generation that the engines were last known to use, while they do not have ``generation`` yet.
    package var before: Generation?
    /// What the engines are waited for, as text: the node, and its state.
    package var waiting: String?
    /// What the console showed after the last push, or what the operator accepted instead.
    package var known: Sighting?
    package var failure: Failure?
    /// When the console was last checked for a change by somebody else.
    package var lookedAt: Timestamp?
    /// Such a change; `nil` if there was none.
    package var drift: Drift?
    package var restoration: Restoration?

    package init() {}

    /// Whether the other one has a newer secret.
    func isOlder(than other: Delivery?) -> Bool {
        guard let newer = other?.generation else { return false }
        return generation.map { $0 < newer } ?? true
    }

    /// The generation that the engines are known to use, if any was pushed.
    package var inUse: Generation? { replicatedAt == nil ? before : generation }

    /// When a change by somebody else was first seen.
    package var changedAt: Timestamp? { drift?.seenAt }

    /// When the engines certainly use it.
    package func settled(_ target: PushTarget) -> Timestamp? { replicatedAt.map { $0 + target.settle } }
}

/// A push target as readers see it: an immutable value that is replaced as a whole.
package struct TargetEntry: Sendable {
    package let target: PushTarget
    package let delivery: Delivery
    package internal(set) var provisioning: Provisioning?

    package init(target: PushTarget, delivery: Delivery = Delivery(), provisioning: Provisioning? = nil) {
        self.target = target
        self.delivery = delivery
        self.provisioning = provisioning
    }
}
