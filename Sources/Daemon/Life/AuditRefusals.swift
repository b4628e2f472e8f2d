import Audit
import Dispatch
import Domain
import Health
import SocketAPI
import SocketServer

/// What callers without a grant can have written.
extension AuditTrail {
    /// A refusal, and its line if there is one: otherwise it is counted, and answered the same.
    func refusal(
        _ response: RenderedResponse, of caller: Identity, label: FetchCounts.Label? = nil, _ event: () -> AuditEvent
    ) -> RecordedResponse {
        guard let event = refusals.take(caller.uid, at: time.now.wall, event) else {
            fetches.add([label].compactMap { $0 })
            return RecordedResponse(response)
        }
        return RecordedResponse(response, AuditRecord(trail: self, event: event, label: label))
    }

    /// Looks once a second, for as long as this is used, how much room there is and what was counted.
    func lookAtRefusals() {
        queue.asyncAfter(deadline: .now() + 1) { [weak self] in
            self?.tellRefusals()
            self?.lookAtRefusals()
        }
    }

    /// Writes how many refusals have no lines, where that is due. To be called on the queue.
    func tellRefusals(isLast: Bool = false) {
        refusals.look(at: directory.path, time.now.wall, isLast: isLast) { (try? append($0)) != nil }
    }
}
