import Domain
import Scheduling
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Health

/// What the status says of an app, and in which order.
@Suite struct AppProblemsTests {
    private static let day = 86_400

    private struct State {
        var change: (inout Rotation) -> Void = { _ in }
        var phase: RotationPhase?
        var policy = RotationPolicy()
        var probe: SchedulerState.Probe?
        var refusals: Refusals?
        var rest: Int?
        /// Seconds since the app was stored.
        var age = 0
        var holders: [String] = []
        var appID: String? = "app"
        var scope: SchedulerState.RotationScope?
        /// Why Zoom refused the last scheduled rotation.
        var refused: String?
    }

    private func problems(_ state: State, app name: String = "zoom") async throws -> [HealthIssue] {
        let time = ManualTime()
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        var app = App.sample(name)
        app.policy = state.policy
        app.marketplaceAppID = state.appID
        try await vault.add(app, clientSecret: SecretBox("s"))
        let now = time.now.wall + state.age
        if let refused = state.refused {
            var rotation = Rotation.planned(id: "r0", app: app, base: .first, trigger: .schedule, overlap: 0, at: now)
            try await vault.begin(rotation, of: app)
            (rotation.phase, rotation.reason, rotation.endedAt) = (.refused, refused, now)
            try await vault.advance(rotation, of: app)
        }
        if let phase = state.phase {
            var rotation = Rotation.planned(
                id: "r1", app: app, base: .first, trigger: .operator, overlap: 0, at: now)
            rotation.phase = phase
            state.change(&rotation)
            try await vault.begin(rotation, of: app)
        }
        if let refusals = state.refusals { try await vault.save(refusals, for: app) }
        let rest = state.rest.map { SchedulerState.PlannedRotation(base: .first, due: now + $0) }
        try await vault.save([(app, SchedulerState(rotation: rest, probe: state.probe, scope: state.scope))])
        let entry = try #require(vault.catalog.app(app.name))
        var recurrences = Recurrences()
        return AppProblems(
            entry: entry, holders: state.holders.map { .test($0) },
            recurrence: Result { () throws(ScheduleError) in try recurrences.of(app) }, now: now
        ).all
    }

    private func dying(_ phase: RotationPhase, in seconds: Int) -> State {
        State(change: { $0.revokeAt = $0.plannedAt + seconds }, phase: phase)
    }

    @Test func `a healthy app has no problems`() async throws {
        #expect(try await problems(State()).isEmpty)
        #expect(try await problems(State(policy: RotationPolicy(every: 30 * Self.day), age: 29 * Self.day)).isEmpty)
        #expect(try await problems(dying(.intended, in: 29 * Self.day)).isEmpty)
        // Nobody wants it rotated.
        let lacking = SchedulerState.RotationScope(at: Timestamp(unixSeconds: 0), lack: .missingScopes)
        #expect(try await problems(State(appID: nil, scope: lacking, refused: "no")).isEmpty)
    }

    @Test func `a rotation whose old secret Zoom does not revoke says what helps`() async throws {
        var state = State(phase: .draining, age: 2 * 3600)
        state.change = {
            ($0.promotedAt, $0.revokeAt, $0.attempts) = ($0.plannedAt, $0.plannedAt + 29 * Self.day, 12)
            $0.endsNowSince = $0.plannedAt + -2 * 3600
            $0.otherCalls = [$0.plannedAt + -2 * 3600]
            $0.ending = .init(
                call: .init(id: "c", at: $0.plannedAt + -2 * 3600), expires: $0.plannedAt + -7000, isConfirmed: true)
            $0.reason = "Zoom still accepts it"
        }
        let found = try await problems(state)
        #expect(found.map(\.code) == ["rotation_waits"], "\(found)")
        #expect(found.first?.hint?.contains("in the Marketplace, then: keyturn rotation resume r1") == true)
    }

    @Test func `each problem has its code, its words and a command to type`() async throws {
        let probe = { (cause: String?, missing: [String]) in
            SchedulerState.Probe(
                generation: .first, at: Timestamp(unixSeconds: 0), cause: cause.flatMap(ZoomCause.init), reason: cause,
                missingScopes: missing)
        }
        let weekly = RotationPolicy(every: 7 * Self.day, windows: "Sun 02:00-04:00")
        let daily = RotationPolicy(every: Self.day)
        let monthly = RotationPolicy(every: 30 * Self.day)
        var draining = dying(.draining, in: 2 * Self.day)
        draining.change = {
            $0.revokeAt = $0.plannedAt + 2 * Self.day; $0.promotedAt = $0.plannedAt
        }
        draining.holders = ["ping", "pong"]
        var usedUp = dying(.blocked, in: 8 * Self.day)
        usedUp.change = {
            $0.revokeAt = $0.plannedAt + 8 * Self.day;
            $0.calls = Array(repeating: Rotation.Call(id: "c", at: $0.plannedAt), count: 4)
        }
        let cases: [(State, code: String, words: String, hint: String)] = [
            (dying(.received, in: 7 * Self.day + -3600), "secret_expires", "in 6 d 23 h", "keyturn rotation show r1"),
            (dying(.blocked, in: 8 * Self.day), "rotation_blocked", "in 8 d", "keyturn rotate zoom --manual"),
            (dying(.blocked, in: 8 * Self.day), "rotation_blocked", "in 8 d", "keyturn rotation resume r1"),
            (usedUp, "rotation_blocked", "in 8 d", "in the Marketplace, then: keyturn rotate zoom --manual"),
            (dying(.lostResponse, in: 8 * Self.day), "lost_response", "in 8 d", "keyturn rotation resume r1"),
            (
                State(probe: probe("invalid_client", [])), "invalid_client", "in the Marketplace",
                "keyturn rotate zoom --manual"
            ),
            (State(probe: probe("app_disabled", [])), "app_disabled", "generation 1", "activate the app"),
            (State(refusals: .sample([])), "invalid_client", "in the Marketplace", "keyturn rotate zoom --manual"),
            (State(probe: probe(nil, ["user:master"])), "missing_scopes", "user:master", "keyturn app verify zoom"),
            (State(policy: daily, age: 2 * Self.day), "rotation_overdue", "its turn", "keyturn rotate zoom"),
            (State(policy: daily, rest: 5000, age: 2 * Self.day), "rotation_overdue", "last attempt failed", "keyturn"),
            (
                State(policy: daily, refusals: .sample([]), age: 0), "invalid_client", "generation 1", "keyturn"
            ),
            (State(policy: weekly, age: 20 * Self.day + 7200), "rotation_overdue", "window", "keyturn rotate zoom"),
            (
                State(policy: RotationPolicy(every: Self.day, isPaused: true), age: 2 * Self.day), "rotation_paused",
                "paused", "keyturn resume zoom"
            ),
            (
                State(policy: RotationPolicy(every: Self.day, timeZone: "No/Where")), "policy_unreadable",
                "not rotated", "keyturn"
            ),
            (
                State(policy: monthly, appID: nil), "rotation_impossible", "the Marketplace app ID is unknown",
                "keyturn app set zoom --marketplace-app-id"
            ),
            (
                State(policy: monthly, scope: .init(at: Timestamp(unixSeconds: 0), lack: .missingScopes)),
                "rotation_impossible", "lacks the scope", "keyturn app verify zoom"
            ),
            (
                State(policy: monthly, refused: "zoom says no"), "rotation_refused", "zoom says no",
                "keyturn rotate zoom"
            ),
            (draining, "holders_near_deadline", "ping, pong", "keyturn holders zoom"),
        ]
        for (state, code, words, hint) in cases {
            let found = try await problems(state)
            #expect(found.map(\.code) == [code])
            let problem = try #require(found.first)
            #expect(problem.detail.contains(words), "\(code): \(problem.detail)")
            #expect(code == "policy_unreadable" || problem.hint?.contains(hint) == true, "\(code)")
        }
    }

    @Test func `the most urgent problem comes first, and among equals the one that ends sooner`() async throws {
        var all: [HealthIssue] = []
        all += try await problems(State(policy: RotationPolicy(every: Self.day), age: 3 * Self.day), app: "overdue")
        all += try await problems(State(refusals: .sample([])), app: "refused")
        all += try await problems(dying(.lostResponse, in: 20 * Self.day), app: "lost")
        all += try await problems(dying(.blocked, in: 20 * Self.day), app: "blocked")
        all += try await problems(dying(.blocked, in: 2 * Self.day), app: "later")
        all += try await problems(dying(.blocked, in: 3600), app: "soon")
        #expect(
            HealthIssue.inOrder(all.shuffled(), at: Timestamp(unixSeconds: 0)).map {
                "\($0.app.map(\.description) ?? "") \($0.code)"
            } == [
                "soon secret_expires", "later secret_expires", "soon rotation_blocked", "later rotation_blocked",
                "blocked rotation_blocked", "refused invalid_client", "lost lost_response", "overdue rotation_overdue",
            ])
    }

    @Test(arguments: [
        (0, "0 s"), (59, "59 s"), (3599, "59 min"), (86_399, "23 h 59 min"), (604_799, "6 d 23 h"), (-5, "0 s"),
        (3600, "1 h"), (86_400, "1 d"),
    ]) func `a countdown is written in its two largest units`(seconds: Int, words: String) {
        #expect(countdown(seconds) == words)
    }
}
