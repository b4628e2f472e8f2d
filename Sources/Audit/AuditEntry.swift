package import Domain

/// An event that waits to be written to the log.
package struct AuditEntry: Equatable, Sendable {
    package let event: AuditEvent
    /// When the event happened, which may be long before its line is written.
    package let time: Timestamp
    /// The commit of the vault that the event describes. A commit has at most one event, so its number shows whether
    /// the line has been written.
    package let commit: Int?

    package init(_ event: AuditEvent, at time: Timestamp, commit: Int? = nil) {
        (self.event, self.time, self.commit) = (event, time, commit)
    }

    /// Its approximate size in memory, in bytes.
    var size: Int { event.members.count + 64 }
}
