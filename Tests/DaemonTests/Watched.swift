import Audit
import Foundation
import HTTPTransport
import Logging
import NIOCore
import NIOEmbedded
import Names
import SecretMemory
import SocketAPI
import Synchronization
import TestSupport
import Testing
import Times
import Tokens
import Vault
import Zoom

@testable import Daemon

/// An unlocked vault in memory, and clients of its agent routes at an event loop that is moved by hand.
final class Watched {
    let gate: VaultGate
    let loop = NIOAsyncTestingEventLoop()
    private let table: NIOLoopBound<ConnectionTable>
    private let session: VaultGate.Session
    private let auditDirectory = NSTemporaryDirectory() + "keyturn-audit-" + UUID().uuidString

    var vault: Vault { session.vault }

    /// The vault has the app `zoom-prod`, and the client `me` that may have everything.
    init(mostWaiting: Int = 10) async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, ways: [.keyFile()])
        let transport = try CurlTransport(.init(userAgent: "tests", caFile: nil))
        let zoom = ZoomIssuer(zoom: ZoomClient(transport: transport))
        gate = VaultGate(
            store: store, escrow: NoEscrow(),
            audit: LogDirectory(path: auditDirectory), syncsReads: false, zoom: zoom, transport: transport,
            policy: AttemptPolicy(), mostWaiting: mostWaiting, time: ManualTime(),
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        try await gate.unlock(with: .keyFile())
        session = try #require(gate.session)
        let loop = loop
        table = try await loop.executeInContext {
            let table = ConnectionTable()
            table.start(on: loop)
            return NIOLoopBound(table, eventLoop: loop)
        }
        try await vault.add(.sample("zoom-prod"), clientSecret: SecretBox("secret-1"))
        try await vault.add(.sample("me"))
    }

    /// A client of user 1000 that has connected.
    func client() async throws -> WatchingClient {
        let client = WatchingClient(loop)
        let (routes, table) = (AgentRoutes(gate: gate, time: ManualTime()), table)
        try await loop.executeInContext {
            let handler = ConnectionHandler(
                responder: routes, caller: Identity(uid: 1000, gid: 1000, pid: 1), limits: .init(), table: table.value)
            try client.channel.pipeline.syncOperations.addHandlers([client, handler])
            client.channel.connect(to: try SocketAddress(unixDomainSocketPath: "/x"), promise: nil)
        }
        return client
    }

    /// A client that asked for something.
    func client(asking target: String) async throws -> WatchingClient {
        let client = try await client()
        try await client.ask(target)
        return client
    }

    func pass(_ seconds: Int64) async { await loop.advanceTime(by: .seconds(seconds)) }

    /// The daemon stops.
    func drain() async throws {
        let table = table
        try await loop.executeInContext { table.value.drain() }
        await loop.run()
    }

    /// A rotation as far as the new secret's being current: `secret-2` after `secret-1`.
    func promote() async throws {
        let entry = try #require(vault.catalog.app(.test("zoom-prod")))
        var rotation = Rotation.planned(
            id: "r\(entry.credential.generation)", app: entry.app, base: entry.credential.generation,
            trigger: .operator, overlap: 0, at: Timestamp(unixSeconds: 1_800_000_000))
        try await vault.begin(rotation, of: entry.app)
        await loop.run()
        rotation.phase = .current
        let next = entry.credential.generation.next
        let new = Credential(
            generation: next, state: .current, clientSecret: SecretBox("secret-\(next)"),
            createdAt: Timestamp(unixSeconds: 1_800_000_000))
        try await vault.promote(new, by: rotation, of: entry.app)
        await loop.run()
    }

    /// The end of that rotation.
    func retire() async throws {
        let entry = try #require(vault.catalog.app(.test("zoom-prod")))
        var rotation = try #require(entry.rotation)
        rotation.phase = .retired
        try await vault.retire(by: rotation, of: entry.app)
        await loop.run()
    }
}

/// The other end of a connection: keeps what was sent, before it is wiped, and may be slow to take it in.
final class WatchingClient: ChannelOutboundHandler, Sendable {
    typealias OutboundIn = ByteBuffer

    let channel: NIOAsyncTestingChannel
    private let state = Mutex(State())

    private struct State {
        var heard: [String] = []
        var isDeaf = false
        var kept: [EventLoopPromise<Void>] = []
    }

    init(_ loop: NIOAsyncTestingEventLoop) { channel = NIOAsyncTestingChannel(loop: loop) }

    var heard: [String] { state.withLock { $0.heard } }
    var isOpen: Bool { channel.isActive }

    /// The first line of each answer.
    var statuses: [Int] { heard.compactMap { Int($0.dropFirst(9).prefix(3)) } }

    /// The events: `zoom-prod 2 rotated`.
    var events: [String] {
        heard.joined().split(separator: "\n").compactMap { line in
            let match = line.firstMatch(of: /"app":"(.*)","generation":(\d+),"event":"(.*)"/)
            return match.map { "\($0.1) \($0.2) \($0.3)" }
        }
    }

    func ask(_ target: String) async throws {
        try await send("GET \(target) HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n\r\n")
    }

    func send(_ text: String) async throws {
        try await channel.writeInbound(ByteBuffer(string: text))
        // Answers go out at the end of the loop's turn, once their lines are in the audit log.
        await channel.testingEventLoop.run()
    }

    /// From now on it takes in nothing.
    func stopReading() { state.withLock { $0.isDeaf = true } }

    /// It takes in what was sent, and all that follows.
    func readOn() async throws {
        let kept = state.withLock { state in
            defer { (state.isDeaf, state.kept) = (false, []) }
            return state.kept
        }
        try await channel.testingEventLoop.executeInContext { kept.forEach { $0.succeed() } }
        await channel.testingEventLoop.run()
    }

    func hangUp() async throws {
        let channel = channel
        try await channel.testingEventLoop.executeInContext { channel.close(promise: nil) }
        await channel.testingEventLoop.run()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let text = String(buffer: unwrapOutboundIn(data))
        let isKept = state.withLock { state in
            state.heard.append(text)
            if state.isDeaf, let promise { state.kept.append(promise) }
            return state.isDeaf
        }
        if !isKept { context.write(data, promise: promise) }
    }
}
