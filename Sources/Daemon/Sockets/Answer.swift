import Audit
import SocketAPI

/// What is written before an answer leaves.
struct AuditRecord: Sendable {
    let trail: AuditTrail
    let event: AuditEvent
    /// What the answer counts as, where answers are counted.
    var label: SocketTally.Label?
}

/// An answer, and what must be in the audit log before it leaves.
struct Answer: Sendable {
    let response: RenderedResponse
    let record: AuditRecord?

    init(_ response: RenderedResponse, _ record: AuditRecord? = nil) {
        self.response = response
        self.record = record
    }
}
