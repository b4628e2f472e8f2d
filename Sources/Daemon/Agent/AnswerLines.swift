import Audit
import Domain
import Health
import Synchronization
import Vault

/// The last line that a connection's answers left in the audit log. A client that asks for the same again leaves the same
/// line, which need not be composed again. Contains only text: no secret, and no reference through which one is kept alive.
final class AnswerLines: Sendable {
    /// All that the line of an allowed answer depends on, except the caller: a connection has one.
    struct Key: Equatable {
        let action: AuditEvent.Action
        let app: Name
        let client: Name
        let generation: Generation
    }

    private final class Line: Sendable {
        let key: Key
        let event: AuditEvent
        let label: FetchCounts.Label

        init(_ key: Key, _ event: AuditEvent, _ label: FetchCounts.Label) {
            (self.key, self.event, self.label) = (key, event, label)
        }
    }

    private let last = Mutex<Line?>(nil)

    /// The record of an allowed answer, for this log.
    func record(_ key: Key, in trail: AuditTrail, make: () -> AuditEvent) -> AuditRecord {
        if let line = last.withLock({ $0 }), line.key == key {
            return AuditRecord(trail: trail, event: line.event, label: line.label)
        }
        let label = FetchCounts.Label(client: key.client.description, outcome: .allowed)
        let line = Line(key, make(), label)
        last.withLock { $0 = line }
        return AuditRecord(trail: trail, event: line.event, label: label)
    }
}
