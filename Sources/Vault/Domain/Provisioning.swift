package import Domain

/// What PingFederate's own log shows of a target's provisioning, since the last push or since it is read. Specific to
/// this host, and not saved in the vault.
package struct Provisioning: Equatable, Sendable {
    package struct Failure: Equatable, Sendable {
        package let at: Timestamp
        /// PingFederate's message.
        package let cause: String

        package init(at: Timestamp, cause: String) {
            self.at = at
            self.cause = cause
        }
    }

    package let since: Timestamp
    package private(set) var succeeded = 0
    package private(set) var failed = 0
    /// How many failed since the last success.
    package private(set) var failedLast = 0
    /// The last failure.
    package var failure: Failure?
    /// Why the log cannot be read.
    package var unreadable: String?

    package init(since: Timestamp) { self.since = since }

    package mutating func succeed() {
        succeeded += 1
        failedLast = 0
    }

    package mutating func fail() {
        failed += 1
        failedLast += 1
    }

    /// A single user whom Zoom refuses among many successes is not a problem of credentials.
    package var isFailing: Bool { failed > 0 && (succeeded == 0 || failedLast >= 3) }
}
