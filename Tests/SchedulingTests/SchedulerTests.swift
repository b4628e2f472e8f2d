import Domain
import Rotation
import Scheduling
import SecretMemory
import TestSupport
import Testing
import Tokens
import Vault

@Suite(.timeLimit(.minutes(5))) struct SchedulerTests {
    private static let day = 86_400

    @Test func `a rotation begins when it is due, once, and the next one an interval later`() async throws {
        let process = try await Process(apps: [.rotated("alpha", every: Self.day), .rotated("never", every: nil)])
        await process.run(seconds: Self.day * 3 + 3600, every: 600)
        let made = process.zoom.made
        #expect(made.count == 3 && made.allSatisfy { $0.app == .test("alpha") })
        #expect(try process.entry().credential.generation.number == 4)
        for (one, next) in zip(made, made.dropFirst()) { #expect(next.at - one.at >= Self.day * 9 / 10) }
    }

    @Test func `a process that lives for a minute at a time rotates what is overdue within ten`() async throws {
        let names = (0..<10).map { "app-\($0)" }
        var process = try await Process(apps: names.map { .rotated($0, every: Self.day) })
        process.time.reboot(after: 3 * Self.day)
        let begun = process.time.now.wall
        for _ in 0..<11 {
            process = try await process.restarted()
            for _ in 0..<6 {
                await process.poll()
                process.time.pass(10)
            }
        }
        let made = process.zoom.made
        #expect(Set(made.map(\.app)).count == 10 && made.count == 10)
        #expect(made.allSatisfy { (0...610).contains($0.at - begun) })
        #expect(Set(made.map(\.at)).count > 3, "not all at once")
    }

    @Test func `a jump forward starts nothing at once, and a jump back neither repeats nor forgets`() async throws {
        let names = (0..<40).map { "app-\($0)" }
        let process = try await Process(apps: names.map { .rotated($0, every: 10 * Self.day) })
        await process.run(seconds: 600)
        process.time.setWall(by: 300 * Self.day)
        await process.poll()
        #expect(process.zoom.made.count < 10)
        await process.run(seconds: 660, every: 10)
        #expect(process.zoom.made.count == 40 && Set(process.zoom.made.map(\.app)).count == 40)
        process.time.setWall(by: -300 * Self.day)
        await process.run(seconds: 8 * Self.day, every: 7200)
        #expect(process.zoom.made.count == 40)
        await process.run(seconds: 4 * Self.day, every: 3600)
        #expect(process.zoom.made.count == 80, "ten days after the clock was set, not 300")
    }

    @Test func `after a sleep overdue rotations are caught up as after a start`() async throws {
        let names = (0..<40).map { "app-\($0)" }
        let process = try await Process(apps: names.map { .rotated($0, every: Self.day) })
        await process.run(seconds: 600)
        process.time.pass(5 * Self.day)
        await process.poll()
        #expect(process.zoom.made.count < 10)
        await process.run(seconds: 660, every: 10)
        #expect(process.zoom.made.count == 40)
    }

    @Test func `a rotation that Zoom refuses is left alone for six hours, in the next process too, and by --due`()
        async throws
    {
        var process = try await Process(apps: [.rotated("alpha", every: Self.day)])
        process.zoom.refuseToRotate(true)
        await process.run(seconds: 26 * 3600, every: 600)
        let first = try #require(process.zoom.made.first).at
        #expect(process.zoom.made.count == 1)
        process = try await process.restarted()
        await process.run(seconds: 1800)
        #expect(await process.scheduler.rotateDue().isEmpty)
        await process.run(seconds: first + 6 * 3600 - process.time.now.wall - 60)
        #expect(process.zoom.made.count == 1)
        process.zoom.refuseToRotate(false)
        await process.run(seconds: 180)
        #expect(process.zoom.made.count == 2)
        #expect(try process.entry().credential.generation.number == 2)
    }

    @Test func `only so many of a kind are under way, in due order`() async throws {
        var limits = Scheduler.Limits()
        limits.rotations = 1
        let apps = (0..<5).map { App.rotated("app-\($0)", every: Self.day * (5 - $0)) }
        let process = try await Process(apps: apps, limits: limits)
        await process.poll()
        process.time.pass(Self.day * 6)
        let taken = await process.scheduler.rotateDue()
        #expect(taken.map(\.name.description) == (0..<5).reversed().map { "app-\($0)" })
    }

    @Test func `a disk that stores nothing makes nothing happen twice`() async throws {
        let process = try await Process(apps: [.sample("alpha")])
        process.zoom.failMints(IssueFailure(.refused, cause: .invalidClient, reason: "no"))
        process.store.failCommits(with: StoreError(.diskFull, "full"))
        await process.run(seconds: 2 * Self.day, every: 600)
        #expect((1...2).contains(process.probes.count), "once a day, and not at each look")
        process.store.failCommits(with: nil)
        await process.run(seconds: 60)
        let next = try await process.restarted()
        await next.run(seconds: 600)
        #expect(
            next.probes.isEmpty && next.vault.catalog.app(.test("alpha"))?.schedulerState.probe?.cause == .invalidClient
        )
    }

    @Test func `a token in use is renewed ahead, and an unused one expires`() async throws {
        let process = try await Process(apps: [.sample("used"), .sample("idle")])
        await process.poll()
        for name in ["used", "idle"] { _ = try await process.tokens.attempt(.test(name)) }
        for _ in 0..<24 {
            _ = try await process.tokens.token(for: .test("used"), minTTL: 300)
            await process.run(seconds: 600)
        }
        let minted = process.zoom.minted
        #expect(minted.count { $0.app == .test("idle") } == 1)
        #expect((5...6).contains(minted.count { $0.app == .test("used") }))
        #expect(try process.entry("used").token?.secondsLeft(at: process.time.now) ?? 0 > 300)
    }

    @Test func `a refresh that fails is tried again after a while`() async throws {
        let process = try await Process(apps: [.sample("alpha")])
        _ = try await process.tokens.token(for: .test("alpha"), minTTL: 0)
        process.zoom.failMints(IssueFailure(.later(retryAfter: 200), cause: .throttled, reason: "wait"))
        await process.run(seconds: 3300, every: 10)
        let tries = process.zoom.minted.count
        #expect((2...5).contains(tries))
        process.zoom.failMints(nil)
        await process.run(seconds: 300, every: 10)
        #expect(process.zoom.minted.count == tries + 1)
        #expect(try process.entry().token?.secondsLeft(at: process.time.now) ?? 0 > 3000)
    }
}
