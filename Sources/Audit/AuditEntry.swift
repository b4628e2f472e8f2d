package import Domain

/// An event on its way into the log.
package struct AuditEntry: Equatable, Sendable {
    package let event: AuditEvent
    /// When it happened, which may be long before its line is written.
    package let time: Timestamp
    /// The commit of the vault that it tells of. A commit has one event at most: by its number one knows whether the line
    /// is there.
    package let commit: Int?

    package init(_ event: AuditEvent, at time: Timestamp, commit: Int? = nil) {
        (self.event, self.time, self.commit) = (event, time, commit)
    }

    /// Bytes that it takes in memory, about.
    var size: Int { event.members.count + 64 }
}
