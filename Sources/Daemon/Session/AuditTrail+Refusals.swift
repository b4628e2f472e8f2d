import Audit
import Dispatch
import Domain
import Health
import SocketAPI
import SocketServer

/// Limits the lines that callers without a grant can cause.
extension AuditTrail {
    /// A refusal, with its line if it gets one; otherwise it is counted, and answered in the same way.
    func refusal(
        _ response: RenderedResponse, of caller: Identity, label: FetchCounts.Label? = nil, _ event: () -> AuditEvent
    ) -> RecordedResponse {
        guard let event = refusals.consume(caller.uid, at: time.now.wall, event) else {
            fetches.add([label].compactMap { $0 })
            return RecordedResponse(response)
        }
        return RecordedResponse(response, AuditRecord(trail: self, event: event, label: label))
    }

    /// Checks once a second, for as long as this object lives, how much space there is and what was counted.
    func pollRefusals() {
        queue.asyncAfter(deadline: .now() + 1) { [weak self] in
            self?.writeRefusals()
            self?.pollRefusals()
        }
    }

    /// Writes the number of refusals without lines, if that is due. Call it on the queue.
    func writeRefusals(isLast: Bool = false) {
        refusals.poll(directory.path, time.now.wall, isLast: isLast) { (try? append($0)) != nil }
    }
}
