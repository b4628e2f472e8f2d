import NIOCore
import SocketAPI

/// How a connection turns what arrived into answers.
extension ConnectionHandler {
    /// Answers the requests that are there, one after the other, for as long as none has to be waited for.
    func takeRequests(_ context: ChannelHandlerContext) {
        isStarved = false
        defer { closeIfDone() }
        while mayRead {
            guard unread.readableBytes > 0 else {
                // Let go of NIO's memory, so that the next read goes into the same.
                unread = ByteBuffer()
                return isStarved = true
            }
            if answerAgain() { continue }
            switch reader.read(unread.readableBytesSpan) {
            case .more: return isStarved = true
            case .refused(let problem):
                isLast = true
                deliver(Response.rendering(problem, allow: responder.methods))
            case .request(let request, let consumed):
                if request.body != nil { unread.wipe(first: consumed) }
                let head = request.body == nil && !request.closes ? unread.readSlice(length: consumed) : nil
                if head == nil { unread.moveReaderIndex(forwardBy: consumed) }
                took()
                isLast = request.closes || table.isDraining
                answer(request, head, context)
            }
        }
    }

    private func took() {
        waitingSince = table.now
        isNew = false
    }

    /// The same bytes as last time, from the same caller, while nothing changed: they mean the same.
    private func answerAgain() -> Bool {
        guard let repetition, reader.isAtStart else { return false }
        guard let (length, answer) = repetition.answer(unread.readableBytesSpan, at: responder.stamp) else {
            return false
        }
        unread.moveReaderIndex(forwardBy: length)
        took()
        isLast = table.isDraining
        park(answer.response, answer.record, as: repetition.count, isTimed: true)
        return true
    }

    private func answer(_ request: Request, _ head: ByteBuffer?, _ context: ChannelHandlerContext) {
        let needs = responder.needs(of: caller)
        guard needs.isEmpty || process?.learn(needs, of: &caller) != false else {
            phase = .closing
            return context.close(promise: nil)
        }
        // Before anything is decided: what changes from here on ends the repetition.
        let stamp = responder.stamp
        repetition = nil
        switch responder.respond(to: request, from: caller) {
        case .now(let response):
            deliver(response)
            table.tally?.answered(1)
        case .recorded(let response, let record, let isRepeatable):
            let count = count(of: record)
            if isRepeatable, let head { repetition = Repetition(head, stamp: stamp, response, record, count) }
            park(response, record, as: count, isTimed: true)
        case .later(let produce):
            phase = .answering
            let began = table.tally == nil ? 0 : Latency.now
            let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
            let eventLoop = context.eventLoop
            Task {
                let response = await produce()
                eventLoop.execute {
                    handler.value.table.tally?.answeredLate(Latency.now - began)
                    handler.value.answer(response)
                }
            }
        case .watch(let watch):
            phase = .watching(watch)
            if unread.readableBytes == 0 { unread = ByteBuffer() }
            spare = nil
            guard let answer = watch.begin(at: self) else { return }
            if let record = answer.record { park(answer.response, record) } else { deliver(answer.response) }
        }
    }
}
