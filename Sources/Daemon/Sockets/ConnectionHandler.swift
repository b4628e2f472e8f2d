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

    enum Phase {
        /// Between requests, or in the middle of one.
        case reading
        /// Waiting for an answer.
        case answering
        /// The answer waits for its line in the audit log, until the end of the event loop's turn.
        case recording
        /// Waiting for a change, or telling of changes.
        case watching(any Watch)
        /// The last answer is on its way.
        case closing
    }

    let responder: any Responder
    var caller: Identity
    let process: PeerProcess?
    private let limits: ConnectionLimits
    let table: ConnectionTable

    var reader = RequestReader()
    var phase = Phase.reading
    /// Whether nothing is answered behind the answer that is being waited for.
    var isLast = false
    var unread = ByteBuffer()
    /// The last request, if the same one again would get the same answer.
    var repetition: Repetition?
    /// The memory of the last answer, wiped, for the next: nothing is allocated while answers go out one by one.
    var spare: ByteBuffer?
    private(set) var context: ChannelHandlerContext?
    private(set) var straight: StraightSend?
    private var readPending = false
    /// When the present wait began, on the table's clock in seconds, and which limit it is under.
    var waitingSince = 0
    private var isStalled = false
    /// Whether not one request came yet.
    var isNew = true
    /// Answers that are written and not yet taken in.
    var onTheirWay = 0
    /// Whether all that arrived was looked at, and nothing in it is a whole request any more.
    var isStarved = true
    /// Whether the client will send nothing more.
    private var hasEnded = false

    /// - Parameter process: the one that connected; `nil` leaves it unwatched.
    init(
        responder: any Responder, caller: Identity, process: PeerProcess? = nil, limits: ConnectionLimits,
        table: ConnectionTable
    ) {
        self.responder = responder
        self.caller = caller
        self.process = process
        self.limits = limits
        self.table = table
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        straight = StraightSend(context)
        waitingSince = table.now
        table.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if case .watching(let watch) = phase {
            phase = .closing
            watch.abandon()
        }
        self.context = nil
        table.remove(self)
        unread.wipe()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if let tally = table.tally, table.batch.isEmpty { tally.beginTurn(table.now) }
        if unread.readableBytes == 0 {
            waitingSince = table.now
            unread = bytes
        } else {
            unread.writeBuffer(&bytes)
            bytes.moveReaderIndex(to: 0)
            bytes.wipe()
        }
        takeRequests(context)
    }

    /// An answer that waits for the log alone is on its way before anything could arrive: to stop reading for that would be
    /// two system calls for each request.
    func read(context: ChannelHandlerContext) {
        if mayRead || isRecording && !isStalled { context.read() } else { readPending = true }
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
            case .watching where isBehind: limits.write
            case .closing: limits.write
            case .answering, .recording, .watching: Int.max
            case .reading where table.isDraining: limits.stopping
            case .reading: isWithin ? limits.request : limits.idle
            }
        // A connection does not outlive its process, nor go with it to another user.
        if waited > limit || process?.isStill(caller) == false {
            close()
        } else if case .watching(let watch) = phase {
            watch.tick()
        }
    }

    /// Lets an answer that is due go out, and nothing after it. Who has just come may still ask, since its request may be
    /// on its way. Who waits for a change is told to come back.
    func drain() {
        isLast = true
        switch phase {
        case .reading where isWithin: break
        case .reading: phase = .closing
        case .watching(let watch): watch.end(Refusal.stopping)
        case .answering, .recording, .closing: break
        }
        closeIfDone()
    }

    func closeIfDone() {
        let isDone =
            switch phase {
            case .closing: true
            case .reading: hasEnded && isStarved
            case .answering, .recording, .watching: false
            }
        if onTheirWay == 0, isDone { close() }
    }

    /// Sends the answer to the request that was read last.
    func deliver(_ response: RenderedResponse) {
        phase = isLast ? .closing : .reading
        waitingSince = table.now
        send(response, closing: isLast)
    }

    /// Whether a request is on its way as far as one can know: the first, or the rest of one.
    private var isWithin: Bool { isNew || unread.readableBytes > 0 }

    var mayRead: Bool { if case .reading = phase { !isStalled } else { false } }

    private var isRecording: Bool { if case .recording = phase { true } else { false } }

    /// Goes on with what arrived meanwhile, and reads on.
    func resume(_ context: ChannelHandlerContext) {
        takeRequests(context)
        guard readPending, mayRead else { return }
        readPending = false
        context.read()
    }
}
