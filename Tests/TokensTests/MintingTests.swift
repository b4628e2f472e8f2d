import Domain
import TestSupport
import Testing
import Tokens
import Vault

@Suite(.timeLimit(.minutes(5))) struct MintingTests {
    @Test func `a thousand clients who wait at once cost one request to Zoom`() async throws {
        let bench = try await KeeperBench()
        bench.issuer.hold()
        async let answers = bench.askAll(1000)
        await bench.issuer.begun(1)
        bench.issuer.release()
        #expect(await answers.allSatisfy { $0 == .success("token-1") })
        #expect(bench.issuer.mints == 1)
        #expect(await bench.ask() == .success("token-1"))
        #expect(bench.issuer.mints == 1)
    }

    @Test func `a good token is served at once while its successor is fetched, once`() async throws {
        let bench = try await KeeperBench()
        #expect(await bench.ask() == .success("token-1"))
        bench.time.pass(3100)
        bench.issuer.hold()
        // The second request does not end before it is released: whoever waited for it would wait for ever.
        #expect(await bench.askAll(1000).allSatisfy { $0 == .success("token-1") })
        await bench.issuer.begun(2)
        #expect(bench.issuer.mints == 2)
        // Who needs more life than the old one has left waits for the new one.
        async let patient = bench.askAll(100, minTTL: 600)
        bench.issuer.release()
        #expect(await patient.allSatisfy { $0 == .success("token-2") })
        #expect(await bench.ask() == .success("token-2"))
        #expect(bench.issuer.mints == 2)
    }

    @Test func `a successor that does not come leaves the good token in service, and Zoom is not asked again`()
        async throws
    {
        let bench = try await KeeperBench()
        #expect(await bench.ask() == .success("token-1"))
        bench.time.pass(3100)
        bench.issuer.answer(.later(retryAfter: 100))
        for _ in 0..<200 { #expect(await bench.ask() == .success("token-1")) }
        await bench.issuer.begun(2)
        for _ in 0..<200 { #expect(await bench.ask() == .success("token-1")) }
        #expect(bench.issuer.mints == 2)
        bench.time.pass(499)
        bench.issuer.answer(.refused)
        for _ in 0..<200 { #expect(await bench.ask() == .success("token-1")) }
        bench.time.pass(1)
        #expect(await bench.ask().isRefused, "and no longer")
    }

    @Test func `a restart mints nothing while the kept token is good, and one when it is not`() async throws {
        var bench = try await KeeperBench()
        #expect(await bench.ask() == .success("token-1"))
        for _ in 0..<3 {
            bench.time.reboot(after: 600)
            bench = try await bench.restarted()
            #expect(await bench.askAll(100).allSatisfy { $0 == .success("token-1") })
        }
        #expect(bench.issuer.mints == 1)
        bench.time.reboot(after: 1800)
        bench = try await bench.restarted()
        #expect(await bench.askAll(100).allSatisfy { $0 == .success("token-2") })
        #expect(bench.issuer.mints == 2)
    }

    @Test func `a token that never lives as long as a client wants is reported as too short, and not minted in a loop`()
        async throws
    {
        let bench = try await KeeperBench()
        bench.issuer.answer(.token(lifetime: 100))
        #expect(await bench.askAll(1000, minTTL: 200).allSatisfy { $0 == .failure(.tooShort(left: 100)) })
        #expect(bench.issuer.mints == 1)
        #expect(await bench.ask() == .success("token-1"), "it is good for who wants less")
        for _ in 0..<25 {
            bench.time.pass(1)
            #expect(await bench.ask(minTTL: 200).failure != nil)
        }
        #expect(bench.issuer.mints == 1)
    }

    @Test(arguments: [
        (3600, 3600, 121), (3600, 3599, 121), (100, 200, 121), (3, 0, 1801), (3, 10, 1801), (45, 20, 181),
        (1, 1, 3601),
    ]) func `whatever lifetime clients want and tokens have, an hour costs few calls and serves no expired token`(
        lifetime: Int, minTTL: Int, most: Int
    ) async throws {
        let bench = try await KeeperBench()
        bench.issuer.answer(.token(lifetime: lifetime))
        for _ in 0..<3600 {
            do throws(TokenFailure) {
                let token = try await bench.keeper.token(for: bench.alpha, minTTL: minTTL)
                #expect(token.secondsLeft(at: bench.time.now) >= max(minTTL, 1))
            } catch {
                guard case .tooShort(let left) = error else { throw error }
                #expect((0..<minTTL).contains(left))
            }
            bench.time.pass(1)
        }
        #expect(bench.issuer.mints <= most)
    }

    @Test func `a token of a few seconds serves clients that want no more than that, all the time`() async throws {
        let bench = try await KeeperBench()
        bench.issuer.answer(.token(lifetime: 3))
        for _ in 0..<60 {
            #expect(await bench.ask().failure == nil)
            bench.time.pass(1)
        }
        bench.time.pass(100)
        #expect(await bench.ask(minTTL: 3).failure == nil)
    }

    @Test(arguments: [1, 2, 3])
    func `a token that comes with hardly any lifetime is not requested again at once`(lifetime: Int) async throws {
        let bench = try await KeeperBench()
        bench.issuer.answer(.token(lifetime: lifetime))
        for _ in 0..<20 { #expect(await bench.askAll(50).allSatisfy { $0 == .success("token-1") }) }
        #expect(bench.issuer.mints == 1)
    }

    @Test func `a clock set forward costs one request, a clock set back none, and neither serves an expired token`()
        async throws
    {
        let bench = try await KeeperBench()
        #expect(await bench.ask() == .success("token-1"))
        bench.time.setWall(by: -86_400)
        #expect(await bench.askAll(100).allSatisfy { $0 == .success("token-1") })
        #expect(bench.issuer.mints == 1)
        bench.time.setWall(by: 2 * 86_400)
        #expect(await bench.askAll(100).allSatisfy { $0 == .success("token-2") })
        #expect(bench.issuer.mints == 2)
        bench.time.setWall(by: -86_400)
        bench.time.pass(3600)
        #expect(await bench.ask() == .success("token-3"))
    }

    @Test func `an app that is not there has no token`() async throws {
        let bench = try await KeeperBench()
        await #expect(throws: TokenFailure.noSuchApp(.test("other"))) {
            try await bench.keeper.token(for: .test("other"), minTTL: 0)
        }
        await #expect(throws: TokenFailure.noSuchApp(.test("other"))) { try await bench.keeper.renew(.test("other")) }
        #expect(bench.issuer.mints == 0)
    }

    @Test func `an app that is removed while its token is fetched stays removed`() async throws {
        let bench = try await KeeperBench()
        bench.issuer.hold()
        async let answers = bench.askAll(10)
        await bench.issuer.begun(1)
        try await bench.vault.removeApp(bench.alpha)
        bench.issuer.release()
        _ = await answers
        #expect(bench.vault.catalog.entries.isEmpty)
        #expect(await bench.ask() == .failure(.noSuchApp(bench.alpha)))
        #expect(try await bench.restarted().vault.catalog.entries.isEmpty)
    }

    @Test func `many apps are minted for in parallel, each once`() async throws {
        let bench = try await KeeperBench()
        for number in 0..<50 { try await bench.vault.add(.sample("app-\(number)"), clientSecret: .init("x")) }
        bench.issuer.hold()
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<500 {
                group.addTask {
                    try await bench.keeper.token(for: .test("app-\(number % 50)"), minTTL: 0).token.accessToken.text
                }
            }
            await bench.issuer.begun(50)
            bench.issuer.release()
            return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(bench.issuer.mints == 50 && tokens.count == 50 && tokens.values.allSatisfy { $0 == 10 })
    }

    @Test func `an early attempt and the clients' requests are one call`() async throws {
        let bench = try await KeeperBench()
        bench.issuer.hold()
        async let first = bench.keeper.attempt(bench.alpha)
        await bench.issuer.begun(1)
        async let second = bench.keeper.attempt(bench.alpha)
        async let client = bench.ask()
        bench.issuer.release()
        #expect(try await first.token.accessToken.text == "token-1")
        let texts = [try await second.token.accessToken.text, try await client.get()]
        #expect(texts.allSatisfy { ["token-1", "token-2"].contains($0) } && bench.issuer.mints <= 2)
        _ = try await bench.keeper.attempt(bench.alpha)
        #expect(bench.issuer.mints >= 2, "a good token is no reason not to try")
    }

    @Test func `a token that came by another way is saved and served`() async throws {
        let bench = try await KeeperBench()
        let minted = MintedToken(
            accessToken: .init("adopted"), tokenType: "bearer", lifetime: 3600, scopes: nil,
            apiURL: "https://api.zoom.us")
        await bench.keeper.adopt(minted, for: bench.alpha, sent: bench.time.now)
        await bench.keeper.adopt(minted, for: .test("other"), sent: bench.time.now)
        #expect(await bench.ask() == .success("adopted"))
        #expect(await bench.ask(minTTL: 3600) == .success("adopted"))
        #expect(try await bench.restarted().ask() == .success("adopted"))
        #expect(bench.issuer.mints == 0)
    }

    @Test func `a caller that waits when the keeper stops is told so`() async throws {
        let bench = try await KeeperBench()
        bench.issuer.hold()
        async let answers = bench.askAll(100)
        await bench.issuer.begun(1)
        await bench.keeper.shutdown()
        let all = await answers
        #expect(all.count == 100)
        #expect(all.contains { $0.retryAfter != nil } && all.allSatisfy { $0.failure != nil })
        #expect(bench.issuer.mints == 1)
        #expect(try bench.entry.token == nil)
    }

    @Test func `a client that goes away costs no other client its token`() async throws {
        let bench = try await KeeperBench()
        bench.issuer.hold()
        let impatient = Task { await bench.ask() }
        await bench.issuer.begun(1)
        async let patient = bench.askAll(10)
        impatient.cancel()
        bench.issuer.release()
        #expect(await patient.allSatisfy { $0 == .success("token-1") })
        #expect(bench.issuer.mints == 1)
    }
}
