import Audit
import Logging
import NIOCore
import NIOEmbedded
import SecretMemory
import SocketAPI
import Synchronization
import TestSupport
import Testing
import Times
import Vault

@testable import Daemon

/// Answers what may be repeated, and counts how often it was asked.
private final class Counting: Responder {
    let methods = [Method.get]
    private let trail: AuditTrail
    private let state = Mutex((stamp: 1, asked: 0, answer: RenderedResponse?.none))

    init(_ trail: AuditTrail) { self.trail = trail }

    var stamp: Int { state.withLock { $0.stamp } }
    var asked: Int { state.withLock { $0.asked } }

    func change() { state.withLock { $0.stamp += 1 } }
    /// As when the vault is locked.
    func forget() { state.withLock { $0.answer = nil } }

    func needs(of caller: Identity) -> IdentityNeeds { [] }

    func respond(to request: Request, from caller: Identity) -> Reply {
        let answer = state.withLock { state in
            state.asked += 1
            let answer = Response(.ok).render(body: SecretBytes(copying: "\"\(state.asked)\""))
            state.answer = answer
            return answer
        }
        let record = AuditRecord(trail: trail, event: AuditEvent(.credentials, .allowed))
        return .recorded(answer, record, isRepeatable: request.target.path != "/never")
    }
}

@Suite struct RepetitionTests {
    private let directory: TemporaryDirectory
    private let trail: AuditTrail
    private let responder: Counting
    private let channel: EmbeddedChannel
    private let table = ConnectionTable()
    private let answers = Answers()

    private final class Answers: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var seen: [String] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            seen.append(String(buffer: unwrapOutboundIn(data)).split(separator: "\r\n\r\n").last.map(String.init) ?? "")
            context.write(data, promise: promise)
        }
    }

    init() async throws {
        directory = try TemporaryDirectory()
        let store = MemoryStore()
        try await Vault.create(in: store, ways: [.keyFile()])
        let time = ManualTime()
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        trail = AuditTrail(
            LogDirectory(path: directory.path + "/audit"), of: vault, time: time,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        trail.open()
        responder = Counting(trail)
        channel = EmbeddedChannel(handlers: [
            answers,
            ConnectionHandler(
                responder: responder, caller: Identity(uid: 1, gid: 1, pid: 1), limits: .init(),
                table: table),
        ])
        try await channel.connect(to: try SocketAddress(unixDomainSocketPath: "/x")).get()
    }

    private func ask(_ path: String = "/a", _ fields: String = "", times: Int = 1) throws {
        for _ in 0..<times {
            try channel.writeInbound(ByteBuffer(string: Self.request(path, fields)))
            channel.embeddedEventLoop.run()
        }
    }

    private static func request(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n\(fields)\r\n"
    }

    @Test func `the same request again gets the same answer, undecided, and a line of its own`() async throws {
        try ask(times: 4)
        #expect(answers.seen == ["\"1\"", "\"1\"", "\"1\"", "\"1\""])
        #expect(responder.asked == 1)
        #expect(try await trail.verify(from: nil).lines == 5, "four, and the log's first")
    }

    @Test(arguments: ["/a", "/never"])
    func `requests that arrive together have a line each before their answer`(path: String) async throws {
        try channel.writeInbound(ByteBuffer(string: String(repeating: Self.request(path), count: 3)))
        channel.embeddedEventLoop.run()
        #expect(answers.seen.count == 3)
        #expect(try await trail.verify(from: nil).lines == 4)
    }

    @Test func `whatever changes, the request is decided again`() throws {
        try ask(times: 2)
        responder.change()
        try ask(times: 2)
        #expect(answers.seen == ["\"1\"", "\"1\"", "\"2\"", "\"2\""])
    }

    @Test func `what nobody holds any more is not kept for a repetition`() throws {
        try ask(times: 2)
        responder.forget()
        try ask()
        #expect(answers.seen == ["\"1\"", "\"1\"", "\"2\""])
    }

    @Test(arguments: [("/b", ""), ("/a", "If-None-Match: \"1\"\r\n"), ("/a?b=1", ""), ("/aa", ""), ("/", "")])
    func `another request is another request`(path: String, fields: String) throws {
        try ask()
        try ask(path, fields)
        try ask()
        #expect(responder.asked == 3)
    }

    @Test func `what may not be repeated is asked for each time`() throws {
        try ask("/never", times: 3)
        #expect(responder.asked == 3)
    }

    @Test func `two that came at once, and one byte by byte, are what they are`() throws {
        try ask()
        try channel.writeInbound(ByteBuffer(string: Self.request("/a") + Self.request("/a") + Self.request("/b")))
        channel.embeddedEventLoop.run()
        #expect(answers.seen == ["\"1\"", "\"1\"", "\"1\"", "\"2\""])
        for byte in Self.request("/b").utf8 {
            try channel.writeInbound(ByteBuffer(bytes: [byte]))
            channel.embeddedEventLoop.run()
        }
        #expect(answers.seen.count == 5 && responder.asked <= 3)
    }

    @Test func `who asked to close is not served behind that`() throws {
        try ask()
        try ask("/a", "Connection: close\r\n")
        #expect(responder.asked == 2 && answers.seen.count == 2)
        #expect(!channel.isActive)
    }
    @Test func `when the daemon stops, the same again is the last as well`() throws {
        try ask()
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        try channel.writeInbound(ByteBuffer(string: Self.request("/a") + Self.request("/a")))
        table.drain()
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        channel.embeddedEventLoop.run()
        #expect(answers.seen == ["\"1\"", "\"1\""])
        #expect(!channel.isActive)
    }
}
