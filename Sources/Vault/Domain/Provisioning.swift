package import Domain

/// What PingFederate's own log tells of a target's provisioning, since the last push or since it is read. Known of this
/// machine, and not kept in the vault.
package struct Provisioning: Equatable, Sendable {
    package struct Failure: Equatable, Sendable {
        package let at: Timestamp
        /// PingFederate's words.
        package let cause: String

        package init(at: Timestamp, cause: String) {
            self.at = at
            self.cause = cause
        }
    }

    package let since: Timestamp
    package private(set) var succeeded = 0
    package private(set) var failed = 0
    /// How many failed behind the last that succeeded.
    package private(set) var failedLast = 0
    /// The last one that failed.
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

    /// One user that Zoom does not want among many that it takes is no matter of credentials.
    package var isFailing: Bool { failed > 0 && (succeeded == 0 || failedLast >= 3) }
}
