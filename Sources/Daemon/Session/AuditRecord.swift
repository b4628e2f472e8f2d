import Audit
import Health
import SocketAPI
import SocketServer

/// A line of the audit log that is written before an answer is sent.
final class AuditRecord: AnswerRecord {
    let trail: AuditTrail
    let event: AuditEvent
    /// The label under which the answer is counted, if it is.
    let label: FetchCounts.Label?

    init(trail: AuditTrail, event: AuditEvent, label: FetchCounts.Label? = nil) {
        self.trail = trail
        self.event = event
        self.label = label
    }

    static let unrecorded = Refusal.unrecorded

    static func commit(_ records: [any AnswerRecord]) -> Commitment {
        let records = records.compactMap { ($0 as AnyObject) as? AuditRecord }
        var last: (trail: AuditTrail, line: Int)?
        // There is more than one trail only if the vault was locked and unlocked within one turn.
        var rest = records[...]
        while let trail = rest.first?.trail {
            let lines = rest.prefix { $0.trail === trail }
            rest = rest.dropFirst(lines.count)
            guard let line = try? trail.append(lines.map(\.event)) else { return .failed }
            trail.fetches.add(lines.compactMap(\.label))
            last = (trail, line)
        }
        guard let last, last.trail.syncsReads else { return .done }
        return .later { done in last.trail.whenSynced(last.line) { done($0 == nil) } }
    }
}
