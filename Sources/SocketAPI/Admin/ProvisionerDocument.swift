package import SecretJSON
package import Times

/// PingFederate's own log of a target's provisioning, and what it tells.
package struct ProvisionerDocument: Equatable, Sendable, WireDocument {
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

    package func writeMembers(to json: inout JSONWriter) {
        json.member("log", log)
        json.member("channel", orNull: channel)
        json.member("since", orNull: since?.description)
        json.member("succeeded", succeeded)
        json.member("failed", failed)
        json.member("last_failure", orNull: lastFailure?.description)
        json.member("last_cause", orNull: lastCause)
        json.member("failing", isFailing)
        json.member("unreadable", orNull: unreadable)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            log: try document.text("log", of: node), channel: try document.optionalText("channel", of: node),
            since: try document.optionalTime("since", of: node), succeeded: try document.number("succeeded", of: node),
            failed: try document.number("failed", of: node),
            lastFailure: try document.optionalTime("last_failure", of: node),
            lastCause: try document.optionalText("last_cause", of: node),
            isFailing: try document.flag("failing", of: node),
            unreadable: try document.optionalText("unreadable", of: node))
    }
}
