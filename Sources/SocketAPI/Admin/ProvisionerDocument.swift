package import Domain
package import SecretJSON

/// PingFederate's own log of a target's provisioning, and its results.
package struct ProvisionerDocument: Equatable, Sendable, ListedDocument {
    package let log: String
    package let channel: String?
    /// Since when events are counted; `nil` until the log was read.
    package let since: Timestamp?
    package let succeeded: Int
    package let failed: Int
    package let lastFailure: Timestamp?
    package let lastCause: String?
    package let isFailing: Bool
    /// Why the log cannot be read.
    package let unreadable: String?

    package init(
        log: String, channel: String?, since: Timestamp?, succeeded: Int, failed: Int, lastFailure: Timestamp?,
        lastCause: String?, isFailing: Bool, unreadable: String?
    ) {
        self.log = log
        self.channel = channel
        self.since = since
        self.succeeded = succeeded
        self.failed = failed
        self.lastFailure = lastFailure
        self.lastCause = lastCause
        self.isFailing = isFailing
        self.unreadable = unreadable
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        log = try members("log", \.log)
        channel = try members.orNull("channel", \.channel)
        since = try members.orNull("since", \.since)
        succeeded = try members("succeeded", \.succeeded)
        failed = try members("failed", \.failed)
        lastFailure = try members.orNull("last_failure", \.lastFailure)
        lastCause = try members.orNull("last_cause", \.lastCause)
        isFailing = try members("failing", \.isFailing)
        unreadable = try members.orNull("unreadable", \.unreadable)
    }
}
