import NIOCore
import NIOEmbedded
import SecretMemory
import SocketAPI
import Testing
import Vault

@testable import Daemon

/// Answers with the path.
private struct Echo: Responder {
    let methods = [Method.get]

    func needs(of caller: Identity) -> IdentityNeeds { [] }

    func respond(to request: Request, from caller: Identity) -> Reply {
        .now(Response(.ok).render(body: SecretBytes(copying: "\"\(request.target.path)\"")))
    }
}

@Suite struct ConnectionHandlerTests {
    private let table = ConnectionTable()

    /// Sees what is written before it is wiped.
    private final class Spy: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var seen: [String] = []
        var reads = 0

        func read(context: ChannelHandlerContext) {
            reads += 1
            context.read()
        }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            seen.append(String(buffer: unwrapOutboundIn(data)))
            context.write(data, promise: promise)
        }
    }

    private let spy = Spy()

    private func channel(on loop: EmbeddedEventLoop = EmbeddedEventLoop()) throws -> EmbeddedChannel {
        let handler = ConnectionHandler(
            responder: Echo(), caller: Identity(uid: 1, gid: 1, pid: 1), limits: .init(), table: table)
        let channel = EmbeddedChannel(handlers: [spy, handler], loop: loop)
        try channel.connect(to: try SocketAddress(unixDomainSocketPath: "/x")).wait()
        return channel
    }

    private static func request(_ path: String, _ fields: String = "") -> ByteBuffer {
        ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n\(fields)\r\n")
    }

    @Test func `requests that arrive together are answered in their order`() throws {
        let channel = try channel()
        var both = Self.request("/a")
        both.writeImmutableBuffer(Self.request("/b"))
        try channel.writeInbound(both)
        #expect(spy.seen.map { String($0.suffix(4)) } == ["\"/a\"", "\"/b\""])
        #expect(channel.isActive)
    }

    @Test func `a request that dribbles in is answered once it is whole`() throws {
        let channel = try channel()
        for byte in Self.request("/a").readableBytesView.dropLast() {
            try channel.writeInbound(ByteBuffer(bytes: [byte]))
            #expect(spy.seen.isEmpty)
        }
        try channel.writeInbound(ByteBuffer(string: "\n"))
        #expect(spy.seen.count == 1)
    }

    @Test func `nothing is read behind a refused request`() throws {
        let channel = try channel()
        var bytes = ByteBuffer(string: "GET /../etc HTTP/1.1\r\nHost: k\r\n\r\n")
        bytes.writeImmutableBuffer(Self.request("/b"))
        try channel.writeInbound(bytes)
        #expect(spy.seen.count == 1)
        #expect(!channel.isActive)
    }

    @Test func `the connection ends behind an answer when the client asked for that`() throws {
        let channel = try channel()
        try channel.writeInbound(Self.request("/a", "Connection: close\r\n"))
        #expect(spy.seen.count == 1)
        #expect(!channel.isActive)
    }

    @Test func `a client that has said all still gets its answers, and then the connection ends`() throws {
        let channel = try channel()
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        try channel.writeInbound(Self.request("/a"))
        try channel.writeInbound(Self.request("/b"))
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(spy.seen.count == 2)
        #expect(!channel.isActive)
    }

    @Test func `what was sent is wiped once it is on its way`() throws {
        let channel = try channel()
        let before = Self.request("/a-secret-of-a-kind")
        try channel.writeInbound(before)
        let sent = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(sent.readableBytes > 0)
        #expect(sent.readableBytesView.allSatisfy { $0 == 0 })
    }

    @Test(arguments: [("", 11), ("GET /a HT", 11), ("GET /a HTTP/1.1\r\nHost: k\r\n\r\n", 61)])
    func `a silent connection is closed after its limit, and not before`(begun: String, limit: Int) throws {
        let loop = EmbeddedEventLoop()
        table.start(on: loop)
        let channel = try channel(on: loop)
        if !begun.isEmpty { try channel.writeInbound(ByteBuffer(string: begun)) }
        loop.advanceTime(by: .seconds(Int64(limit) - 1))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test func `reading goes on when the client takes in its answers again`() throws {
        let channel = try channel()
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        try channel.writeInbound(Self.request("/a"))
        channel.pipeline.read()
        let before = spy.reads
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(spy.seen.count == 1)
        #expect(spy.reads == before + 1)
    }

    @Test func `a client that does not read gets no more answers than fit, and is closed in time`() throws {
        let loop = EmbeddedEventLoop()
        table.start(on: loop)
        let channel = try channel(on: loop)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        try channel.writeInbound(Self.request("/a"))
        #expect(spy.seen.isEmpty)
        let before = spy.reads
        channel.pipeline.read()
        #expect(spy.reads == before)
        loop.advanceTime(by: .seconds(12))
        #expect(!channel.isActive)
    }
}
