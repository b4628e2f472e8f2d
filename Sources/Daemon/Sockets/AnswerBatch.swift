import Audit
import NIOCore
import SocketAPI

/// Answers made within one turn of an event loop, whose lines go into the audit log together before any of them leaves.
/// Used on that loop alone.
final class AnswerBatch {
    private struct Parked {
        let handler: ConnectionHandler
        let response: RenderedResponse

        func go(_ isRecorded: Bool) { handler.answer(recorded: isRecorded ? response : Refusal.unrecorded) }
    }

    private var parked: [Parked] = []
    private var events: [AuditEvent] = []
    private var trail: AuditTrail?
    /// How many of them were asked for in this turn.
    private var timed = 0
    /// The memory of the last batch, for the next.
    private var spare: [Parked] = []

    var isEmpty: Bool { parked.isEmpty }

    /// - Parameter isTimed: whether it was asked for in this turn.
    func park(
        _ response: RenderedResponse, _ record: AuditRecord, for handler: ConnectionHandler, isTimed: Bool,
        at eventLoop: any EventLoop
    ) {
        // Another one only when the vault was locked and unlocked within this turn.
        if trail !== record.trail {
            release(at: eventLoop)
            trail = record.trail
        }
        parked.append(Parked(handler: handler, response: response))
        events.append(record.event)
        if isTimed { timed += 1 }
        guard parked.count == 1 else { return }
        let batch = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { batch.value.release(at: eventLoop) }
    }

    private func release(at eventLoop: any EventLoop) {
        guard let trail = trail.take() else { return }
        // What is answered may be asked for again at once, and be parked while the rest still goes out.
        var due = spare
        spare = []
        swap(&due, &parked)
        let last = try? trail.append(events)
        events.removeAll(keepingCapacity: true)
        if let last, trail.syncsReads { return wait(for: last, of: trail, due, at: eventLoop) }
        send(due, isRecorded: last != nil)
        due.removeAll(keepingCapacity: true)
        spare = due
    }

    /// Lets the answers go when the last of their lines is on disk. The loop goes on meanwhile: what comes from all loops
    /// until the disk is done is put on it together.
    private func wait(for line: Int, of trail: AuditTrail, _ due: [Parked], at eventLoop: any EventLoop) {
        let waiting = NIOLoopBound((batch: self, due: due), eventLoop: eventLoop)
        trail.whenSynced(line) { failure in
            eventLoop.execute { waiting.value.batch.send(waiting.value.due, isRecorded: failure == nil) }
        }
    }

    /// One look at the clock for all of them.
    private func send(_ due: [Parked], isRecorded: Bool) {
        for answer in due { answer.go(isRecorded) }
        guard timed > 0 else { return }
        due.first?.handler.table.tally?.answered(timed)
        timed = 0
    }
}
