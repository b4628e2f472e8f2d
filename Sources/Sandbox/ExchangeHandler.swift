import NIOCore
import NIOHTTP1

/// One connection: gathers a request, has it handled, and delivers the answer in the way that the answer says.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let bodyLimit = 64 * 1024
    private static let hangLimit = TimeAmount.seconds(60)

    private let shared: SharedState
    private let onRequest: (@Sendable (RequestLog.Entry) -> Void)?
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false
    /// A delivery that waits for its time.
    private var pending: Scheduled<Void>?

    init(shared: SharedState, onRequest: (@Sendable (RequestLog.Entry) -> Void)?) {
        self.shared = shared
        self.onRequest = onRequest
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            isTooLarge = false
        case .body(let part):
            // The rest of too large a body is read and forgotten, so that the client gets to see the answer.
            isTooLarge = isTooLarge || body.count + part.readableBytes > Self.bodyLimit
            if !isTooLarge { body.append(contentsOf: part.readableBytesView) }
        case .end:
            guard let head else { return }
            self.head = nil
            handle(head, context: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        pending?.cancel()
        context.fireChannelInactive()
    }

    /// The client is gone, or speaks something else: nothing is left to say.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func handle(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let response: SandboxResponse
        if isTooLarge {
            response = .json(413, ["error": "the body is larger than \(Self.bodyLimit) bytes"])
        } else {
            let request = SandboxRequest(
                head.method.rawValue, head.uri, headers: head.headers.map { ($0.name, $0.value) }, body: body)
            body = []
            response = shared.handle(request)
        }
        if let entry = response.entry { onRequest?(entry) }
        if response.delayMilliseconds > 0 {
            after(.milliseconds(Int64(response.delayMilliseconds)), context: context) { handler, context in
                handler.deliver(response, to: head, context: context)
            }
        } else {
            deliver(response, to: head, context: context)
        }
    }

    private func deliver(_ response: SandboxResponse, to head: HTTPRequestHead, context: ChannelHandlerContext) {
        switch response.delivery {
        case .dropped: context.close(promise: nil)
        case .hung: after(Self.hangLimit, context: context) { _, context in context.close(promise: nil) }
        case .truncated:
            let kept = min(response.keptBytes ?? response.body.count / 2, response.body.count)
            write(response, bytes: kept, to: head, closing: true, context: context)
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer())))).assumeIsolated()
                .whenComplete { _ in context.close(promise: nil) }
        case .whole:
            let isClosing = !head.isKeepAlive
            write(response, bytes: response.body.count, to: head, closing: isClosing, context: context)
            let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
            if isClosing { written.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
        }
    }

    /// Head and the first `bytes` of the body; the head promises all of it.
    private func write(
        _ response: SandboxResponse, bytes: Int, to head: HTTPRequestHead, closing: Bool, context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        headers.add(name: "Content-Length", value: String(response.body.count))
        if closing { headers.add(name: "Connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: response.status)
        let answer = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        guard head.method != .HEAD, bytes > 0 else { return }
        let buffer = context.channel.allocator.buffer(bytes: response.body[..<bytes])
        context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
    }

    private func after(
        _ delay: TimeAmount, context: ChannelHandlerContext,
        _ action: @escaping (ExchangeHandler, ChannelHandlerContext) -> Void
    ) {
        pending = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { action(self, context) }
    }
}
