import Domain
import HTTPTransport
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

@testable import PushTargets

/// What is not pushed to a console, and so replaces nothing there.
@Suite struct TargetPusherTests {
    /// Nobody is there; how often somebody was asked for counts.
    private struct NoConsole: HTTPTransport {
        let asked = Recorder<String>()

        func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
            asked.record("\(request.method)")
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
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        vault = try await Vault.open(store, with: .keyFile(), time: time)
        target = .sample("console", of: app)
        try vault.setHost("one")
        try await vault.add(app, clientSecret: SecretBox("secret"))
        try await vault.add(target)
    }

    /// Why it was put off, by itself and at the operator's word, with nobody asked.
    private func reasons() async throws -> [String] {
        let pusher = TargetPusher(vault: vault, transport: console, time: time, note: { _ in })
        let credential = try #require(vault.catalog.app(app.name)).credential
        var reasons: [String] = []
        for occasion in [TargetPusher.Occasion.due, .asked] {
            guard case .later(_, let reason) = await pusher.deliver(credential, of: app, to: target, occasion) else {
                Issue.record("it was not put off")
                continue
            }
            reasons.append(reason)
        }
        return reasons
    }

    @Test func `a proven secret is pushed`() async throws {
        _ = try await reasons()
        #expect(console.asked.count > 0)
    }

    @Test func `a secret out of a backup is not pushed until it is proven`() async throws {
        try await vault.suspectAll(at: time.now.wall)
        #expect(try await reasons().allSatisfy { $0.contains("backup") } && console.asked.count == 0)
    }

    @Test func `a copy of the vault on another machine pushes nothing`() async throws {
        try vault.setHost("two")
        #expect(try await reasons().allSatisfy { $0.contains("another host") } && console.asked.count == 0)
    }

    @Test func `an older secret does not go over a newer one`() async throws {
        let old = try #require(vault.catalog.app(app.name)).credential
        try await promote(after: old)
        let pusher = TargetPusher(vault: vault, transport: console, time: time, note: { _ in })
        let outcome = await pusher.deliver(old, of: app, to: target)
        guard case .waiting = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(console.asked.count == 0)
    }

    private func promote(after old: Credential) async throws {
        var rotation = Rotation.planned(
            id: "r", app: app, base: old.generation, trigger: .operator, overlap: 0, at: time.now.wall)
        try await vault.begin(rotation, of: app)
        (rotation.phase, rotation.promotedAt) = (.current, time.now.wall)
        try await vault.promote(
            Credential(
                generation: old.generation.next, state: .current, clientSecret: SecretBox("newer"),
                createdAt: time.now.wall),
            by: rotation, of: app)
    }

    @Test func `a caller that waits for a target's turn gets it where the target is by then`() async throws {
        let pusher = TargetPusher(vault: vault, transport: console, time: time, note: { _ in })
        var moved = target
        moved.connection = "elsewhere"
        let (vault, known, target) = (vault, target, moved)
        let (first, second, third) = (Recorder<String>(), Recorder<String>(), Recorder<String>())
        let outer = Task {
            await pusher.exclusively(known) {
                first.record("in")
                try? await eventuallyNoted(second, 1)
                try? await vault.set(target, Delivery())
            }
        }
        try await eventuallyNoted(first, 1)
        // Somebody pushes at the place where the target goes to.
        let there = Task {
            await pusher.exclusively(.sample("other", of: app, connection: "elsewhere")) {
                second.record("in")
                // Until the other one has given up, after twenty looks.
                try? await eventuallyNoted(third, 1)
                second.record("out")
            }
        }
        let waiting = Task {
            let turn: Void? = await pusher.exclusively(known, patience: 1) { third.record("not alone") }
            if turn == nil { third.record("gave up") }
            await pusher.exclusively(known, patience: 5) { third.record(second.count == 2 ? "alone" : "not alone") }
        }
        _ = (await outer.value, await there.value, await waiting.value)
        #expect(third.all == ["gave up", "alone"])
    }

    @Test func `a clock that is set back does not make the engines' time longer`() async throws {
        let credential = try #require(vault.catalog.app(app.name)).credential
        var delivery = Delivery()
        delivery.generation = credential.generation
        (delivery.pushedAt, delivery.replicatedAt) = (time.now.wall, time.now.wall)
        try await vault.save(delivery, of: target)
        time.setWall(by: -86_400)
        let pusher = TargetPusher(vault: vault, transport: console, time: time, note: { _ in })
        guard case .waiting(let seconds, _) = await pusher.deliver(credential, of: app, to: target) else {
            Issue.record("it does not wait")
            return
        }
        #expect((1...target.settle).contains(seconds))
        time.pass(target.settle + 1)
        guard case .confirmed = await pusher.deliver(credential, of: app, to: target) else {
            Issue.record("it waits on")
            return
        }
    }
}

private func eventuallyNoted(_ recorder: Recorder<String>, _ count: Int) async throws {
    try await eventually("\(count) notes") { recorder.count >= count }
}
