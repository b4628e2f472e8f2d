import Audit
import NIOCore
import SocketAPI

/// Answers made within one turn of an event loop, whose lines go into the audit log together before any of them leaves.
/// Used on that loop alone.
final class AnswerBatch {
    private typealias Parked = (handler: ConnectionHandler, response: RenderedResponse, record: AuditRecord)
    private var parked: [Parked] = []

    func park(
        _ response: RenderedResponse, _ record: AuditRecord, for handler: ConnectionHandler, at eventLoop: any EventLoop
    ) {
        parked.append((handler, response, record))
        guard parked.count == 1 else { return }
        let batch = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { batch.value.release(at: eventLoop) }
    }

    private func release(at eventLoop: any EventLoop) {
        let due = parked
        parked.removeAll(keepingCapacity: true)
        var rest = due[...]
        while let trail = rest.first?.record.trail {
            // More than one only when the vault was locked and unlocked within this turn.
            let together = rest.prefix { $0.record.trail === trail }
            rest = rest.dropFirst(together.count)
            do throws(AuditError) {
                let last = try trail.append(together.map(\.record.event))
                if trail.syncsReads {
                    wait(for: last, of: trail, together, at: eventLoop)
                } else {
                    for answer in together { answer.handler.answer(recorded: answer.response) }
                }
            } catch {
                for answer in together { answer.handler.answer(recorded: Refusal.unrecorded) }
            }
        }
    }

    /// Lets the answers go when the last of their lines is on disk. The loop goes on meanwhile: what comes from all loops
    /// until the disk is done is put on it together.
    private func wait(
        for line: Int, of trail: AuditTrail, _ together: ArraySlice<Parked>, at eventLoop: any EventLoop
    ) {
        let waiting = NIOLoopBound(together, eventLoop: eventLoop)
        trail.whenSynced(line) { failure in
            eventLoop.execute {
                for answer in waiting.value {
                    answer.handler.answer(recorded: failure == nil ? answer.response : Refusal.unrecorded)
                }
            }
        }
    }
}
