import Domain
import SecretMemory
import TestSupport
import Testing
import Tokens
import Vault

@Suite(.timeLimit(.minutes(5))) struct RefusalTests {
    @Test func `credentials that Zoom refuses are tried five times an hour, over all clients and restarts`()
        async throws
    {
        var bench = try await KeeperBench()
        bench.issuer.answer(.refused)
        for _ in 0..<10 { #expect(await bench.askAll(1000).allSatisfy { $0.isRefused }) }
        #expect(bench.issuer.mints == 5)
        for _ in 0..<3 {
            bench.time.reboot(after: 60)
            bench = try await bench.restarted()
            #expect(await bench.askAll(100).allSatisfy { $0.isRefused })
            _ = try? await bench.keeper.attempt(bench.alpha)
        }
        #expect(bench.issuer.mints == 5)
        guard case .refused(let failure, let next)? = await bench.ask().failure else { throw Missing() }
        #expect(failure.cause == .invalidClient && failure.hint?.contains("keyturn app verify alpha") == true)
        #expect(next == 3600 - 180)
        bench.time.pass(3600 - 181)
        #expect(await bench.askAll(100).allSatisfy { $0.isRefused })
        #expect(bench.issuer.mints == 5)
        bench.time.pass(1)
        for _ in 0..<10 { #expect(await bench.askAll(100).allSatisfy { $0.isRefused }) }
        #expect(bench.issuer.mints == 10)
        #expect(bench.vault.catalog.entries.count == 1, "nothing is deleted for having been refused")
    }

    private struct Missing: Error {}

    @Test func `a smaller budget is obeyed, and refusals one by one make it roll`() async throws {
        var policy = AttemptPolicy()
        policy.budget = 2
        let bench = try await KeeperBench(policy: policy)
        bench.issuer.answer(.refused)
        for minute in 0..<181 {
            #expect(await bench.ask().isRefused)
            // At 0 and 1, then again an hour after each.
            #expect(bench.issuer.mints == 2 * (minute / 60) + min(minute % 60 + 1, 2))
            bench.time.pass(60)
        }
    }

    @Test func `the operator's request gives a new budget, and a new attempt at once`() async throws {
        let bench = try await KeeperBench()
        bench.issuer.answer(.refused)
        for _ in 0..<20 { #expect(await bench.ask().isRefused) }
        #expect(bench.issuer.mints == 5)
        await #expect(throws: TokenFailure.self) { try await bench.keeper.renew(bench.alpha) }
        #expect(bench.issuer.mints == 6)
        for _ in 0..<20 { #expect(await bench.ask().isRefused) }
        #expect(bench.issuer.mints == 10)
        bench.issuer.answer(.token(lifetime: 3600))
        #expect(await bench.ask().isRefused, "not before somebody says so")
        #expect(try await bench.keeper.renew(bench.alpha).token.accessToken.text == "token-11")
        #expect(await bench.ask() == .success("token-11"))
        #expect(try bench.entry.refusals == nil)
        #expect(try await bench.restarted().ask() == .success("token-11"))
    }

    @Test func `a renewal gives a new token even where the old one is good, and the old one serves until then`()
        async throws
    {
        let bench = try await KeeperBench()
        #expect(await bench.ask() == .success("token-1"))
        bench.issuer.hold()
        async let renewed = bench.keeper.renew(bench.alpha)
        await bench.issuer.begun(2)
        #expect(await bench.ask() == .success("token-1"))
        bench.issuer.release()
        #expect(try await renewed.token.accessToken.text == "token-2")
        #expect(await bench.ask() == .success("token-2"))
    }

    @Test func `a new token clears the refusals before it`() async throws {
        let bench = try await KeeperBench()
        bench.issuer.answer(.refused)
        for _ in 0..<4 { #expect(await bench.ask().isRefused) }
        bench.issuer.answer(.token(lifetime: 10))
        #expect(await bench.ask() == .success("token-5"))
        bench.issuer.answer(.refused)
        bench.time.pass(100)
        for _ in 0..<20 { #expect(await bench.ask().isRefused) }
        #expect(bench.issuer.mints == 10)
    }

    @Test(arguments: [false, true])
    func `a clock that was set back blocks an app for no longer than the hour`(restart: Bool) async throws {
        var bench = try await KeeperBench()
        bench.issuer.answer(.refused)
        for _ in 0..<20 { #expect(await bench.ask().isRefused) }
        bench.time.setWall(by: -86_400 * 365)
        if restart { bench = try await bench.restarted() }
        for _ in 0..<20 { #expect(await bench.ask().isRefused) }
        #expect(bench.issuer.mints == 5, "nor does it give a new budget")
        bench.time.pass(3599)
        for _ in 0..<20 { #expect(await bench.ask().isRefused) }
        #expect(bench.issuer.mints == 5)
        bench.time.pass(1)
        for _ in 0..<20 { #expect(await bench.ask().isRefused) }
        #expect(bench.issuer.mints == 10)
    }

    @Test func `a requested retry time counts by the boot clock, whatever happens to the wall clock`() async throws {
        let bench = try await KeeperBench()
        bench.issuer.answer(.later(retryAfter: 120))
        #expect(await bench.askAll(1000).allSatisfy { $0.retryAfter == 120 })
        #expect(bench.issuer.mints == 1)
        bench.time.pass(20)
        #expect(await bench.ask().retryAfter == 100)
        bench.time.setWall(by: 86_400)
        #expect(await bench.ask().retryAfter == 100)
        bench.time.setWall(by: -2 * 86_400)
        #expect(await bench.ask().retryAfter == 100)
        bench.time.pass(99)
        #expect(await bench.ask().retryAfter == 1)
        #expect(bench.issuer.mints == 1)
        bench.issuer.answer(.token(lifetime: 3600))
        bench.time.pass(1)
        #expect(await bench.ask() == .success("token-2"))
        #expect(try bench.entry.refusals == nil, "patience is no refusal")
    }

    @Test func `the pauses between failures grow to five minutes, and a success resets them`() async throws {
        let bench = try await KeeperBench()
        for round in 0..<2 {
            bench.issuer.answer(.later(retryAfter: nil))
            for pause in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300] {
                #expect(await bench.ask().retryAfter == pause)
                let mints = bench.issuer.mints
                bench.time.pass(pause - 1)
                #expect(await bench.askAll(50).allSatisfy { $0.retryAfter == 1 })
                #expect(bench.issuer.mints == mints, "round \(round)")
                bench.time.pass(1)
            }
            bench.issuer.answer(.token(lifetime: 10))
            #expect(await bench.ask().failure == nil)
            bench.time.pass(10)
        }
    }

    @Test func `a day without Zoom costs no more than one request in five minutes, after the first few`() async throws {
        let bench = try await KeeperBench()
        bench.issuer.answer(.later(retryAfter: nil))
        for _ in 0..<8640 {
            #expect(await bench.ask().retryAfter != nil)
            bench.time.pass(10)
        }
        #expect((280...300).contains(bench.issuer.mints), "\(bench.issuer.mints)")
    }

    @Test func `without room on the disk a token is served from memory, and requested once`() async throws {
        let bench = try await KeeperBench()
        bench.store.failCommits(with: StoreError(.diskFull, "full"))
        #expect(await bench.askAll(1000).allSatisfy { $0 == .success("token-1") })
        #expect(await bench.ask() == .success("token-1"))
        #expect(bench.issuer.mints == 1)
        let notSaved = bench.events.all.filter { if case .notSaved = $0 { true } else { false } }
        #expect(notSaved.count == 1)
        bench.store.failCommits(with: nil)
        #expect(try await bench.restarted().ask() == .success("token-2"), "it was nowhere else")
    }

    @Test func `without room on the disk refusals still count`() async throws {
        let bench = try await KeeperBench()
        bench.store.failCommits(with: StoreError(.diskFull, "full"))
        bench.issuer.answer(.refused)
        for _ in 0..<10 { #expect(await bench.askAll(100).allSatisfy { $0.isRefused }) }
        #expect(bench.issuer.mints == 5)
        bench.time.pass(3600)
        for _ in 0..<4 { #expect(await bench.ask().isRefused) }
        bench.issuer.answer(.token(lifetime: 10))
        #expect(await bench.ask() == .success("token-10"))
        bench.time.pass(10)
        bench.issuer.answer(.refused)
        for _ in 0..<20 { #expect(await bench.ask().isRefused) }
        #expect(bench.issuer.mints == 15, "a token clears what was held against its app")
    }

    @Test func `the keeper's events are reported, without a secret`() async throws {
        let bench = try await KeeperBench()
        bench.issuer.answer(.refused)
        _ = await bench.ask()
        bench.issuer.answer(.token(lifetime: 3600))
        _ = await bench.ask()
        #expect(bench.events.count == 2)
        var text = ""
        for event in bench.events.all { dump(event, to: &text) }
        #expect(text.contains("alpha") && text.contains("invalid_client") && !text.contains("token-2"))
        #expect(!String(reflecting: await bench.ask()).contains("secret"))
    }
}
