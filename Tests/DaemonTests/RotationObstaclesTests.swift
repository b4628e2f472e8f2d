import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Daemon
@testable import Rotation

/// What a dry run of a rotation names: each guard that would stop it, and none that would not.
@Suite struct RotationObstaclesTests {
    private static let now = keyturnReleased + 86_400

    private struct State: Sendable {
        var appID: String? = "app-id"
        var phase: RotationPhase?
        var isPaused = false
        var isRefused = false
        var isSuspect = false
        var change: @Sendable (inout RotationObstacles) -> Void = { _ in }
    }

    private func obstacles(_ state: State, now: Timestamp = now) async throws -> [String] {
        let time = ManualTime()
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        var vault = try await Vault.open(store, with: .keyFile(), time: time)
        var app = App.sample("zoom")
        app.marketplaceAppID = state.appID
        app.policy.isPaused = state.isPaused
        try await vault.add(app, clientSecret: SecretBox("s"))
        if let phase = state.phase {
            var rotation = Rotation.planned(id: "r1", app: app, base: .first, trigger: .operator, overlap: 0, at: now)
            rotation.phase = phase
            rotation.reason = "because"
            try await vault.begin(rotation, of: app)
        }
        if state.isRefused { try await vault.save(.sample([]), for: app) }
        if state.isSuspect {
            try await vault.suspectAll(at: now)
            vault = try await Vault.open(store.reopened(), with: .keyFile(), time: time)
        }
        var obstacles = RotationObstacles(entry: try #require(vault.catalog.app(app.name)), now: now)
        state.change(&obstacles)
        return obstacles.all
    }

    private static func target() -> TargetEntry {
        var delivery = Delivery()
        delivery.failure = .init(
            at: now, step: .access, cause: "unreachable", reason: "it is not there", hint: nil, isRefusal: false)
        return TargetEntry(target: .sample("console", of: .sample("zoom")), delivery: delivery)
    }

    private static let stopping: [(State, says: [String])] = [
        (State(change: { $0.notOwned = Vault.ownedElsewhere.advice }), ["another host", "keyturn adopt"]),
        (State(phase: .draining), ["is running", "'grace period'", "keyturn rotation show r1"]),
        (State(phase: .blocked), ["blocked: because", "keyturn rotation resume r1"]),
        (State(isRefused: true), ["refuses", "keyturn rotate zoom --manual"]),
        (State(isSuspect: true), ["from a backup", "keyturn app verify zoom"]),
        (State(appID: nil), ["Marketplace app ID", "--marketplace-app-id"]),
        (State(change: { $0.calls = [now, now, now] }), ["three changes in 15 minutes", "16 min"]),
        (
            State(change: { $0.spool = [.init(kind: .unreadable, reason: "no directory")] }),
            ["spool/ cannot be read", "0700"]
        ),
        (State(change: { $0.targets = [target()] }), ["'console'", "it is not there", "keyturn target test console"]),
    ]

    @Test(arguments: stopping.indices)
    func `each guard that would stop a rotation is named, with what to do`(_ index: Int) async throws {
        let (state, says) = Self.stopping[index]
        let found = try await obstacles(state)
        #expect(found.count == 1, "\(found)")
        for word in says { #expect(found.first?.contains(word) == true, "\(word) is not in \(found)") }
    }

    @Test func `a clock before the program's build is named too`() async throws {
        let found = try await obstacles(State(), now: keyturnReleased + -1)
        #expect(found.count == 1 && found[0].contains("before this program was built"))
    }

    @Test func `conditions that would not stop a rotation are not named: a pause, two calls, another app's spool`()
        async throws
    {
        #expect(try await obstacles(State(isPaused: true)).isEmpty)
        #expect(try await obstacles(State(change: { $0.calls = [Self.now, Self.now] })).isEmpty)
        #expect(try await obstacles(State(change: { $0.spool = [.init(kind: .unclaimed, reason: "old")] })).isEmpty)
    }
}
