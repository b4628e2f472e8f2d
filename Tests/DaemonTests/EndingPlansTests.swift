import Domain
import Rotation
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Daemon

/// What the end of an overlap does, as it is said before the operator confirms it.
@Suite struct EndingPlansTests {
    private func plan(_ change: (inout Rotation, Timestamp) -> Void) async throws -> (EndingPlan, Timestamp) {
        let time = ManualTime()
        let now = time.now.wall
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("s"))
        var rotation = Rotation.planned(id: "r1", app: app, base: .first, trigger: .operator, overlap: 60, at: now)
        (rotation.phase, rotation.promotedAt, rotation.revokeAt) = (.draining, now, now + 29 * 86_400)
        change(&rotation, now)
        try await vault.begin(rotation, of: app)
        let plans = EndingPlans(
            entry: try #require(vault.catalog.app(app.name)), catalog: vault.catalog, now: now)
        return (try plans.finish(rotation), now)
    }

    private static func asked(_ rotation: inout Rotation, _ now: Timestamp, expires: Timestamp) {
        rotation.otherCalls = [now, now, now]
        rotation.ending = .init(call: .init(id: "c", at: now), expires: expires, isConfirmed: true)
    }

    @Test func `the old secret ends two minutes after the request`() async throws {
        let (plan, now) = try await plan { _, _ in }
        #expect(plan.steps == ["Zoom is asked to revoke generation 1 in 2 minutes"] && plan.endsAt == now + 120)
    }

    @Test func `an end that was requested already is said, and no wait for the throttle`() async throws {
        let (plan, now) = try await plan { Self.asked(&$0, $1, expires: $1 + 90) }
        #expect(plan.steps == ["Zoom was asked to revoke generation 1 at \(now + 90)"] && plan.endsAt == now + 90)
    }

    @Test func `the throttle delays the request, and so the end`() async throws {
        let (plan, now) = try await plan { $0.otherCalls = [$1, $1, $1] }
        #expect(plan.steps.last?.hasPrefix("not all of it before \(now + 960)") == true && plan.endsAt == now + 1080)
    }

    @Test func `a secret that Zoom does not revoke is said to stay`() async throws {
        let (plan, now) = try await plan {
            Self.asked(&$0, $1, expires: $1 + -3600)
            $0.attempts = Rotation.mostEndLooks
        }
        #expect(plan.steps.first?.contains("and still accepts it: it expires by \(now + 29 * 86_400)") == true)
        #expect(plan.endsAt == now + 29 * 86_400)
    }
}
