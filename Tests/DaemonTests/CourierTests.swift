import HTTPTransport
import Rotation
import SecretMemory
import TestSupport
import Testing
import Times
import Vault

@testable import Daemon

/// What is not pushed to a console, and so replaces nothing there.
@Suite struct CourierTests {
    /// Nobody is there; how often somebody was asked for counts.
    private struct NoConsole: HTTPTransport {
        let asked = Recorder<String>()

        func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
            asked.note("\(request.method)")
            throw TransportFailure(.unreachable, .notSent)
        }
    }

    private let time = ManualTime()
    private let console = NoConsole()
    private let vault: Vault
    private let app = App.sample("zoom")
    private let target: PushTarget

    init() async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, ways: [.keyFile()])
        vault = try await Vault.open(store, with: .keyFile(), time: time)
        target = .sample("console", of: app)
        try vault.settle(on: "one")
        try await vault.add(app, clientSecret: SecretBox("secret"))
        try await vault.add(target)
    }

    /// Why it was put off, by itself and at the operator's word, with nobody asked.
    private func reasons() async throws -> [String] {
        let courier = TargetCourier(vault: vault, transport: console, time: time, note: { _ in })
        let credential = try #require(vault.catalog.app(app.name)).credential
        var reasons: [String] = []
        for occasion in [TargetCourier.Occasion.due, .asked] {
            guard case .later(_, let reason) = await courier.deliver(credential, of: app, to: target, occasion) else {
                Issue.record("it was not put off")
                continue
            }
            reasons.append(reason)
        }
        return reasons
    }

    @Test func `what is sound is pushed`() async throws {
        _ = try await reasons()
        #expect(console.asked.count > 0)
    }

    @Test func `a secret out of a backup is not, until it is proven`() async throws {
        try await vault.suspectAll(at: time.now.wall)
        #expect(try await reasons().allSatisfy { $0.contains("backup") } && console.asked.count == 0)
    }

    @Test func `a copy of the vault on another machine pushes nothing`() async throws {
        try vault.settle(on: "two")
        #expect(try await reasons().allSatisfy { $0.contains("another machine") } && console.asked.count == 0)
    }
}
