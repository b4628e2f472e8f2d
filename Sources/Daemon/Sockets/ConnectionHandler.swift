import NIOCore
import SecretMemory
import SocketAPI
import Vault

/// One connection: reads requests in order, answers each, and lets nobody take longer than the limits say.
///
/// While an answer is being waited for, or the client does not take in what was written, nothing more is read, so
/// that a client holds up no more than itself. Everything happens on the connection's event loop.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// Between requests, or in the middle of one.
        case reading
        /// Waiting for an answer.
        case answering
        /// The last answer is on its way.
        case closing
    }

    private let responder: any Responder
    private let caller: Identity
    private let limits: ConnectionLimits
    private let table: ConnectionTable

    private var reader = RequestReader()
    private var phase = Phase.reading
    private var unread = ByteBuffer()
    /// The memory of the last answer, wiped, for the next: nothing is allocated while answers go out one by one.
    private var spare: ByteBuffer?
    private var context: ChannelHandlerContext?
    private var readPending = false
    /// When the present wait began, on the table's clock in seconds, and which limit it is under.
    private var waitingSince = 0
    private var isStalled = false
    /// Whether not one request came yet.
    private var isNew = true
    /// Answers that are written and not yet taken in.
    private var onTheirWay = 0
    /// Whether all that arrived was looked at, and nothing in it is a whole request any more.
    private var isStarved = true
    /// Whether the client will send nothing more.
    private var hasEnded = false

    init(responder: any Responder, caller: Identity, limits: ConnectionLimits, table: ConnectionTable) {
        self.responder = responder
        self.caller = caller
        self.limits = limits
        self.table = table
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        waitingSince = table.now
        table.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        table.remove(self)
        unread.wipe()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if unread.readableBytes == 0 {
            waitingSince = table.now
            unread = bytes
        } else {
            unread.writeBuffer(&bytes)
            bytes.moveReaderIndex(to: 0)
            bytes.wipe()
        }
        process(context)
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { readPending = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let stalled = !context.channel.isWritable
        guard stalled != isStalled else { return }
        isStalled = stalled
        waitingSince = table.now
        if !stalled {
            resume(context)
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client closed its half. What it asked for before that is still answered.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            hasEnded = true
            closeIfDone()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// Called once a second.
    func tick() {
        let waited = table.now - waitingSince
        let limit =
            switch phase {
            case _ where isStalled: limits.write
            case .closing: limits.write
            case .answering: Int.max
            case .reading: unread.readableBytes > 0 || isNew ? limits.request : limits.idle
            }
        if waited > limit { context?.close(promise: nil) }
    }

    /// Lets an answer that is due go out, and nothing after it.
    func drain() {
        if phase == .reading { phase = .closing } else { hasEnded = true }
        closeIfDone()
    }

    private func closeIfDone() {
        let isDone = phase == .closing || (phase == .reading && hasEnded && isStarved)
        guard onTheirWay == 0, isDone else { return }
        context?.close(promise: nil)
    }

    private func process(_ context: ChannelHandlerContext) {
        isStarved = false
        defer { closeIfDone() }
        while phase == .reading, !isStalled {
            guard unread.readableBytes > 0 else { return isStarved = true }
            switch reader.read(unread.readableBytesSpan) {
            case .more: return isStarved = true
            case .refused(let problem):
                phase = .closing
                send(Response.rendering(problem, allow: responder.methods), context)
            case .request(let request, let consumed):
                if request.body != nil { unread.wipe(first: consumed) }
                unread.moveReaderIndex(forwardBy: consumed)
                waitingSince = table.now
                isNew = false
                if request.closes { phase = .closing }
                answer(request, context)
            }
        }
    }

    private func answer(_ request: Request, _ context: ChannelHandlerContext) {
        switch responder.respond(to: request, from: caller) {
        case .now(let response): send(response, context)
        case .later(let produce):
            let closes = phase == .closing
            phase = .answering
            let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
            let eventLoop = context.eventLoop
            Task {
                let response = await produce()
                eventLoop.execute { handler.value.finish(response, closes: closes) }
            }
        }
    }

    private func finish(_ response: RenderedResponse, closes: Bool) {
        guard let context else { return }
        phase = closes ? .closing : .reading
        waitingSince = table.now
        send(response, context)
        resume(context)
    }

    private var mayRead: Bool { phase == .reading && !isStalled }

    /// Goes on with what arrived meanwhile, and reads on.
    private func resume(_ context: ChannelHandlerContext) {
        process(context)
        guard readPending, mayRead else { return }
        readPending = false
        context.read()
    }

    private func send(_ response: RenderedResponse, _ context: ChannelHandlerContext) {
        let closing = phase == .closing
        var buffer = spare.take() ?? ByteBuffer()
        buffer.clear(minimumCapacity: response.count(closing: closing))
        response.forEachPart(closing: closing) { buffer.writeBytes($0) }
        let sent = context.eventLoop.makePromise(of: Void.self)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        sent.futureResult.whenComplete { [buffer] _ in
            buffer.wipe()
            handler.value.sent(buffer)
        }
        onTheirWay += 1
        context.writeAndFlush(wrapOutboundOut(buffer), promise: sent)
    }

    private func sent(_ buffer: ByteBuffer) {
        spare = buffer
        onTheirWay -= 1
        closeIfDone()
    }
}
