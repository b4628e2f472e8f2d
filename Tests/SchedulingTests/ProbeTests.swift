import Domain
import Scheduling
import SecretMemory
import TestSupport
import Testing
import Tokens
import Vault

@Suite(.timeLimit(.minutes(5))) struct ProbeTests {
    private static let day = 86_400

    @Test func `a secret that nobody uses is tried once a day, and its token is saved`() async throws {
        let process = try await Process(apps: [.sample("alpha"), .sample("beta")])
        await process.run(seconds: 10 * Self.day, every: 600)
        for name in ["alpha", "beta"] {
            let times = process.zoom.minted.filter { $0.app == .test(name) }.map(\.at)
            #expect((9...10).contains(times.count))
            for (one, next) in zip(times, times.dropFirst()) {
                #expect((Self.day - 600...Self.day + 600) ~= next - one)
            }
            #expect(try process.entry(name).token != nil)
        }
        #expect(try process.entry().schedulerState.probe?.cause == nil && process.entry().schedulerState.probe != nil)
    }

    @Test func `a token that was minted for a client is as good as a probe`() async throws {
        let process = try await Process(apps: [.sample("alpha")])
        for _ in 0..<(3 * 24) {
            _ = try await process.tokens.token(for: .test("alpha"), minTTL: 600)
            await process.run(seconds: 3600, every: 600)
        }
        #expect(process.probes.isEmpty)
    }

    @Test func `an app is checked for rotation once a day, however often it is used, if a policy wants it`()
        async throws
    {
        var (alpha, beta) = (App.sample("alpha"), App.sample("beta"))
        alpha.policy.every = 300 * Self.day
        beta.policy.every = nil
        var process = try await Process(apps: [alpha, beta])
        process.zoom.lack(.some(.missingScopes))
        for _ in 0..<(3 * 24) {
            _ = try await process.tokens.token(for: .test("alpha"), minTTL: 600)
            await process.run(seconds: 3600, every: 600)
        }
        #expect(Set(process.zoom.looks.map(\.app)) == [.test("alpha")] && (3...4).contains(process.zoom.looks.count))
        #expect(try process.entry().schedulerState.scope?.lack == .missingScopes)

        // Zoom does not say: the last word holds, also for the next process.
        process.zoom.lack(nil)
        await process.run(seconds: 2 * Self.day, every: 600)
        process = try await process.restarted()
        #expect(try process.entry().schedulerState.scope?.lack == .missingScopes)
        process.zoom.lack(.some(nil))
        await process.run(seconds: 2 * Self.day, every: 600)
        #expect(try process.entry().schedulerState.scope.map { $0.lack == nil } == true)

        // Not with a secret that was refused just now.
        let looks = process.zoom.looks.count
        process.zoom.failMints(IssueFailure(.refused, cause: .invalidClient, reason: "no"))
        await process.run(seconds: 3 * Self.day, every: 600)
        #expect(process.zoom.looks.count == looks)
        let refused = process.probes.count { $0.cause != nil }
        #expect((2 * 3...2 * 4).contains(refused), "each app once a day, and no more for the scope: \(refused)")
    }

    @Test func `a refusal of Zoom's is saved with its cause, and tried again a day later`() async throws {
        var process = try await Process(apps: [.sample("alpha")])
        process.zoom.failMints(IssueFailure(.refused, cause: .invalidClient, reason: "no"))
        await process.run(seconds: 2 * Self.day, every: 600)
        #expect(process.probes.map(\.cause) == [.invalidClient] || process.probes.count == 2)
        #expect(process.zoom.minted.count == process.probes.count)
        process = try await process.restarted()
        #expect(try process.entry().schedulerState.probe?.cause == .invalidClient)
        #expect(try process.entry().refusals?.cause == .invalidClient)
    }

    @Test func `the probe fails when clients used up the budget`() async throws {
        let process = try await Process(apps: [.sample("alpha")])
        process.zoom.failMints(IssueFailure(.refused, cause: .invalidClient, reason: "no"))
        // Until just before the probe is due, whenever that is.
        var due = try #require(await process.nextDue())
        if due - process.time.now.wall > 100 { process.time.pass(due - process.time.now.wall - 60) }
        for _ in 0..<20 { _ = try? await process.tokens.token(for: .test("alpha"), minTTL: 0) }
        #expect(process.zoom.minted.count == 5)
        await process.run(seconds: 1800)
        #expect(process.zoom.minted.count == 5)
        due = process.time.now.wall
        await process.run(seconds: 2 * 3600)
        #expect(process.zoom.minted.count == 6, "caught up once the budget allows it")
    }

    @Test func `missing scopes are saved by name, and a token without scopes leaves the last result`() async throws {
        let process = try await Process(apps: [.sample("alpha")])
        process.zoom.grant(["some"])
        await process.run(seconds: 2 * Self.day, every: 600)
        #expect(try process.entry().schedulerState.probe?.missingScopes == ["user:master"])
        process.zoom.grant(nil)
        await process.run(seconds: Self.day, every: 600)
        #expect(try process.entry().schedulerState.probe?.missingScopes == ["user:master"])
        process.zoom.grant(["all"])
        await process.run(seconds: Self.day, every: 600)
        #expect(try process.entry().schedulerState.probe?.missingScopes == [])
    }

    @Test func `an answer that Zoom counts as an error uses the budget, though it says nothing about the secret`()
        async throws
    {
        let process = try await Process(apps: [.sample("alpha")])
        process.zoom.failMints(
            IssueFailure(.later(retryAfter: nil), cause: .unexpectedAnswer, reason: "a proxy", isCounted: true))
        for _ in 0..<600 {
            _ = try? await process.tokens.token(for: .test("alpha"), minTTL: 0)
            process.time.pass(5)
        }
        #expect(process.zoom.minted.count == 5)
        do throws(TokenFailure) {
            _ = try await process.tokens.token(for: .test("alpha"), minTTL: 0)
            Issue.record("a token out of nothing")
        } catch {
            guard case .unavailable(_, let retryAfter) = error else { throw error }
            #expect((1...3600).contains(retryAfter))
        }
        process.zoom.failMints(nil)
        process.time.pass(3600)
        _ = try await process.tokens.token(for: .test("alpha"), minTTL: 0)
        #expect(try process.entry().refusals == nil)
    }
}

extension Process {
    func nextDue() async -> Timestamp? {
        await poll()
        return (try? entry()).flatMap { entry in
            let times = DueTimes(entry, schedulerState: entry.schedulerState, begins: nil, now: time.now)
            return Work.allCases.compactMap { times[$0] }.min()
        }
    }
}
