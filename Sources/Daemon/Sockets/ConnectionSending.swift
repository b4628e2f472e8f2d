import NIOCore
import SecretMemory
import SocketAPI

/// How a connection sends, and what a ``Watch`` may have it do.
extension ConnectionHandler {
    var eventLoop: (any EventLoop)? { context?.eventLoop }

    /// Seconds, on the clock that ticks a watch.
    var now: Int { table.now }

    /// Whether the client has still to take in something that was sent.
    var isBehind: Bool { onTheirWay > 0 }

    /// The answer that was watched for. The connection goes on with the next request.
    func answer(_ answer: Answer) {
        guard let context else { return }
        if let record = answer.record { return park(answer.response, record) }
        deliver(answer.response)
        resume(context)
    }

    /// Has the answer wait for its line in the audit log.
    /// - Parameters:
    ///   - count: what it counts as, where that is known.
    ///   - isTimed: whether it was asked for in this turn of the loop.
    func park(
        _ response: RenderedResponse, _ record: AuditRecord, as count: SocketTally.Count? = nil, isTimed: Bool = false
    ) {
        guard let eventLoop else { return }
        (count ?? self.count(of: record))?.add()
        // A disk takes longer than a turn of the loop: nothing is read on meanwhile.
        phase = record.trail.syncsReads ? .answering : .recording
        table.batch.park(response, record, for: self, isTimed: isTimed, at: eventLoop)
    }

    func count(of record: AuditRecord) -> SocketTally.Count? {
        record.label.flatMap { table.tally?.count(of: $0) }
    }

    /// The line is there, or `response` says that it cannot be.
    func answer(recorded response: RenderedResponse) { answer(Answer(response)) }

    /// The head of an answer that ends with the connection.
    func send(head: RenderedResponse) { send(head, closing: true) }

    /// A part of such an answer.
    func send(_ part: borrowing SecretBytes) {
        waitingSince = table.now
        part.withSpan { span in send(count: span.byteCount) { $0.writeBytes(span) } }
    }

    func close() { context?.close(promise: nil) }

    /// Sends an answer. What the kernel takes at once is gone when this returns.
    func send(_ response: RenderedResponse, closing: Bool) {
        guard let straight, let channel = context?.channel, onTheirWay == 0 else {
            return send(count: response.count(closing: closing)) { buffer in
                response.forEachPart(closing: closing) { buffer.writeBytes($0) }
            }
        }
        guard closing else {
            return response.forEachPart(closing: false) { send($0, after: straight.send($0, on: channel)) }
        }
        // Several parts, which the client is to be woken for once.
        var parts = spare.take() ?? ByteBuffer()
        parts.clear(minimumCapacity: response.count(closing: true))
        response.forEachPart(closing: true) { parts.writeBytes($0) }
        let span = parts.readableBytesSpan
        send(span, after: straight.send(span, on: channel))
        parts.wipe()
    }

    private func send(_ bytes: RawSpan, after sent: Int) {
        guard sent < bytes.byteCount else { return }
        let rest = bytes.extracting(sent...)
        send(count: rest.byteCount) { $0.writeBytes(rest) }
    }

    private func send(count: Int, _ fill: (inout ByteBuffer) -> Void) {
        guard let context else { return }
        var buffer = spare.take() ?? ByteBuffer()
        buffer.clear(minimumCapacity: count)
        fill(&buffer)
        let sent = context.eventLoop.makePromise(of: Void.self)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        sent.futureResult.whenComplete { [buffer] outcome in
            buffer.wipe()
            handler.value.sent(buffer, outcome)
        }
        onTheirWay += 1
        context.writeAndFlush(wrapOutboundOut(buffer), promise: sent)
    }

    private func sent(_ buffer: ByteBuffer, _ outcome: Result<Void, any Error>) {
        onTheirWay -= 1
        if case .watching(let watch) = phase {
            // Kept by thousands that wait, one buffer each would be most of what they cost.
            spare = nil
            if onTheirWay == 0, case .success = outcome { watch.caughtUp() }
        } else {
            spare = buffer
        }
        closeIfDone()
    }
}
