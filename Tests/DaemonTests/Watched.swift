import Audit
import Domain
import Foundation
import HTTPTestSupport
import HTTPTransport
import Health
import Logging
import SecretMemory
import SocketAPI
import SocketServer
import TestSupport
import Testing
import Tokens
import Vault
import Zoom

@testable import Daemon

/// An unlocked vault in memory, and clients of its agent routes at an event loop that is turned by hand.
final class Watched {
    let gate: VaultController
    private let driver: HandDriven
    private var session: VaultController.Session?
    private let auditDirectory = NSTemporaryDirectory() + "keyturn-audit-" + UUID().uuidString

    var vault: Vault { session?.vault ?? { preconditionFailure("it is locked") }() }

    /// The vault has the app `zoom-prod`, and the client `me` that may have everything.
    init(mostWaiting: Int = 10) async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let transport = try CurlTransport(.init(userAgent: "tests", caFile: nil))
        let zoom = ZoomIssuer(zoom: ZoomClient(transport: transport))
        gate = VaultController(
            store: store, spool: NoSpool(),
            audit: LogDirectory(path: auditDirectory), syncsReads: false, zoom: zoom, transport: transport,
            clock: ZoomClock(time: ManualTime()),
            policy: AttemptPolicy(), mostWaiting: mostWaiting, time: ManualTime(),
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        try await gate.unlock(with: .keyFile())
        session = gate.session
        driver = try HandDriven(AgentRoutes(gate: gate, time: ManualTime()))
        try await vault.add(.sample("zoom-prod"), clientSecret: SecretBox("secret-1"))
        try await vault.add(.sample("me"))
    }

    /// A client that has connected.
    func client(uid: UInt32 = 1000) throws -> WatchingClient {
        WatchingClient(try driver.client(uid: uid, room: 4_096))
    }

    /// A client that asked for something.
    func client(uid: UInt32 = 1000, asking target: String) throws -> WatchingClient {
        let client = try client(uid: uid)
        client.ask(target)
        return client
    }

    /// What the audit log has, line by line.
    func lines() throws -> [String] {
        try String(contentsOfFile: auditDirectory + "/audit-00000001.jsonl", encoding: .utf8).split(separator: "\n")
            .map(
                String.init)
    }

    /// How many connections there are.
    var open: Int { driver.open }
    func run() { driver.run() }
    func pass(_ seconds: Int) { driver.pass(seconds) }

    /// What each client holds, as it was noted so far.
    var holders: [String: Int] {
        vault.catalog.app(.test("zoom-prod")).map { entry in
            Dictionary(uniqueKeysWithValues: entry.receipts.map { ("\($0.key.client)", $0.value.generation.number) })
        } ?? [:]
    }

    /// The actions in the audit log.
    func audited() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: auditDirectory).sorted()
        let text = try names.map { try String(contentsOfFile: auditDirectory + "/" + $0, encoding: .utf8) }.joined()
        return text.matches(of: /"action":"([a-z._]+)","outcome":"([a-z]+)"/).map { "\($0.1) \($0.2)" }
    }

    /// From now on nobody has the vault but who did not let go of it.
    func lock() async {
        await gate.lock(recording: AuditEvent(.init("vault.lock"), .done))
        session = nil
    }

    /// The daemon stops.
    func drain() { driver.drain(Refusal.stopping) }

    /// A rotation as far as the new secret's being current: `secret-2` after `secret-1`.
    func promote() async throws {
        let entry = try #require(vault.catalog.app(.test("zoom-prod")))
        var rotation = Rotation.planned(
            id: "r\(entry.credential.generation)", app: entry.app, base: entry.credential.generation,
            trigger: .operator, overlap: 0, at: Timestamp(unixSeconds: 1_800_000_000))
        try await vault.begin(rotation, of: entry.app)
        run()
        rotation.phase = .current
        let next = entry.credential.generation.next
        let new = Credential(
            generation: next, state: .current, clientSecret: SecretBox("secret-\(next)"),
            createdAt: Timestamp(unixSeconds: 1_800_000_000))
        try await vault.promote(new, by: rotation, of: entry.app)
        run()
    }

    /// The end of that rotation.
    func retire() async throws {
        let entry = try #require(vault.catalog.app(.test("zoom-prod")))
        var rotation = try #require(entry.rotation)
        rotation.phase = .retired
        try await vault.retire(by: rotation, of: entry.app)
        run()
    }
}

/// The other end of a connection, which may be slow to take in what it is sent.
final class WatchingClient {
    private let client: HandDriven.Client
    private var arrived = ""
    private var isDeaf = false
    private var isOver = false

    init(_ client: HandDriven.Client) { self.client = client }

    /// Everything that it has taken in.
    var text: String {
        listen()
        return arrived
    }

    var isOpen: Bool {
        listen()
        return !isOver
    }

    /// The answers, each with its head but for the time.
    var heard: [String] {
        text.replacing(#/Date: [^\r]*\r\n/#, with: "").split(separator: "HTTP/1.1 ", omittingEmptySubsequences: true)
            .map { "HTTP/1.1 " + $0 }
    }

    /// The first line of each answer.
    var statuses: [Int] { heard.compactMap { Int($0.dropFirst(9).prefix(3)) } }

    /// The events: `zoom-prod 2 rotated`.
    var events: [String] {
        text.split(separator: "\n").compactMap { line in
            let match = line.firstMatch(of: /"app":"(.*)","generation":(\d+),"event":"(.*)"/)
            return match.map { "\($0.1) \($0.2) \($0.3)" }
        }
    }

    /// What was in the chunks of a stream's body; the last is empty where it has ended.
    var chunks: [String] {
        var rest = text.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")[...]
        var chunks: [String] = []
        while let line = rest.firstRange(of: "\r\n"), let size = Int(rest[..<line.lowerBound], radix: 16) {
            let body = rest[line.upperBound...].utf8
            chunks.append(String(decoding: body.prefix(size), as: UTF8.self))
            rest = Substring(decoding: body.dropFirst(size + 2), as: UTF8.self)
        }
        return chunks
    }

    func ask(_ target: String) { send("GET \(target) HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n\r\n") }
    func send(_ text: String) { client.send(text) }

    /// From now on it takes in nothing.
    func stopReading() {
        listen()
        isDeaf = true
    }

    /// It takes in what was sent, and all that follows.
    func readOn() { isDeaf = false }

    func hangUp() { client.hangUp() }

    private func listen() {
        guard !isDeaf, !isOver else { return }
        while let more = client.heard() {
            if more.isEmpty { return }
            arrived += more
        }
        isOver = true
    }
}
