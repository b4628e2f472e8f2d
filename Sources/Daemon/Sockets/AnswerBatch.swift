import Audit
import NIOCore
import SocketAPI

/// Answers made within one turn of an event loop, whose lines go into the audit log together before any of them leaves.
/// Used on that loop alone.
final class AnswerBatch {
    private var parked: [(handler: ConnectionHandler, response: RenderedResponse, record: AuditRecord)] = []

    func park(
        _ response: RenderedResponse, _ record: AuditRecord, for handler: ConnectionHandler, at eventLoop: any EventLoop
    ) {
        parked.append((handler, response, record))
        guard parked.count == 1 else { return }
        let batch = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { batch.value.release() }
    }

    private func release() {
        let due = parked
        parked.removeAll(keepingCapacity: true)
        var rest = due[...]
        while let trail = rest.first?.record.trail {
            // More than one only when the vault was locked and unlocked within this turn.
            let together = rest.prefix { $0.record.trail === trail }
            rest = rest.dropFirst(together.count)
            var refusal: RenderedResponse?
            do throws(AuditError) { try trail.append(together.map(\.record.event)) } catch {
                refusal = Refusal.unrecorded
            }
            for answer in together { answer.handler.answer(recorded: refusal ?? answer.response) }
        }
    }
}
