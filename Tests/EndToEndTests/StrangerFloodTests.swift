import Foundation
import TestSupport
import Testing

/// What a user of the machine without any grant does to those who have one, at worst.
@Suite(.realProcesses, .enabled(if: OtherUser.mayBe, OtherUser.why)) struct StrangerFloodTests {
    private static let credentials = "/v1/apps/zoom-prod/credentials"

    /// Milliseconds that each of some fetches took, each on a connection of its own, in order.
    private static func fetches(_ world: World, seconds: Double) throws -> [Double] {
        var times: [Double] = []
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            let began = ContinuousClock.now
            #expect(try world.get(credentials).status == 200)
            times.append((ContinuousClock.now - began) / .milliseconds(1))
            usleep(2_000)
        }
        return times.sorted()
    }

    /// Fetches, and root's status: while nobody floods, and while somebody does.
    private static func measure(_ world: World, _ what: String, _ flood: () throws -> [Stranger]) throws {
        let quiet = try fetches(world, seconds: 1)
        let strangers = try flood()
        usleep(1_000_000)
        let times = try fetches(world, seconds: 3)
        let (before, p99) = (quiet[quiet.count * 99 / 100], times[times.count * 99 / 100])
        let began = ContinuousClock.now
        #expect(try world.ask("GET", "/v1/status").status == 200)
        let status = (ContinuousClock.now - began) / .milliseconds(1)
        let done = try strangers.reduce(0) { $0 + (try $1.done()) }
        print(
            "measured: \(what): \(times.count) fetches, p50 \(times[times.count / 2]) ms, p99 \(p99) ms (before: \(before) ms), "
                + "status \(status) ms; \(done) done by strangers")
        #expect(done > 1_000)
        // What is wanted is 50 ms and 1 s, which a release build keeps; where other tests have the processors too, time says
        // little. Where strangers are served as they come, one fetch takes all of the three seconds and more.
        #expect(times.count >= 6 && status < 5_000, "\(times.count) fetches, p99 \(p99) ms, status \(status) ms")
    }

    @Test(arguments: ["/v1/apps", "/v1/apps/zoom-prod/credentials", "/v1/events"])
    func `requests sent ahead on many connections hold up no other user`(target: String) throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            try Self.measure(world, "500 connections, \(target)") {
                [try Stranger(world, "flood", target, count: 500, seconds: 6)]
            }
        }
    }

    @Test func `connecting without end holds up no other user`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            try Self.measure(world, "4 that connect without end") {
                try (0..<4).map { try Stranger(world, "connect", seconds: 5, uid: 65_530 + $0) }
            }
        }
    }

    @Test func `refusals fill no log, and policies can be changed meanwhile`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            let before = try world.audit.texts.count
            let flood = try Stranger(world, "flood", Self.credentials, count: 64, seconds: 5)
            try eventually("refusals that are counted") { try world.problems().contains("refusals_counted") }
            try world.must("client", "add", "other", "--uid", "4711", "--allow", "zoom-prod:token")
            try world.must("client", "remove", "other", "--yes")
            #expect(try world.get(Self.credentials).status == 200)
            let refused = try flood.done()
            let audit = try world.audit
            let denied = audit.documents.filter { $0["outcome"].string == "denied" && $0["pid"].int != nil }
            print("measured: \(refused) refusals, \(denied.count) lines, \(audit.texts.count - before) lines in all")
            #expect(refused > 1_000 && denied.count <= 10 * 8)
            #expect(audit.of("client.remove").count == 1)
            #expect(audit.of("credentials.get").contains { $0["outcome"].string == "allowed" })
            #expect(try world.stop().exit == 0)
            let counted = try world.audit.of("refusals.counted")
            #expect(counted.allSatisfy { $0["uid"].int == 65_534 })
            #expect(counted.compactMap { $0["count"].int }.reduce(0, +) >= refused - denied.count)
        }
    }

    @Test func `a day's refusals are bounded over restarts, and every grant is logged`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            for round in 0..<2 {
                try world.start(environment: ["KEYTURN_AUDIT_REFUSALS_PER_DAY": "0"])
                if round == 0 { try world.admitEverything() }
                #expect(try Stranger(world, "status", Self.credentials, count: 40).said() == ["40", "403"])
                try world.addApp("zoom-\(round)", verify: false)
                #expect(try world.get("/v1/apps/zoom-\(round)/credentials").status == 200)
                let shown = try world.must("audit", "tail").output
                #expect(shown.contains("uid 65534  40 since ") == (round == 1), "\(shown)")
                try world.stop()
            }
            let audit = try world.audit
            #expect(audit.documents.filter { $0["outcome"].string == "denied" }.count == 2)
            #expect(audit.of("refusals.counted").map { $0["count"].int } == [40, 40])
            #expect(audit.of("credentials.get").count == 2)
        }
    }

    @Test func `four users take neither all connections nor all places to wait`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            let holders = try (0..<4).map { try Stranger(world, "hold", count: 200, seconds: 60, uid: 65_530 + $0) }
            let held = try holders.map { try $0.said()[0] }
            #expect(held == ["64", "64", "64", "64"])
            let crowd = try Crowd.ask(300, request("GET", Self.credentials), at: world.agent)
            #expect(crowd.allSatisfy { $0.status == 200 })
            for holder in holders { holder.running.child.end() }
            try eventually("places to be free") {
                try Stranger(world, "status", "/v1/events", count: 60).said() == ["60", "403"]
            }
            let wait = Self.credentials + "?after=1&wait=30"
            #expect(try Stranger(world, "status", wait, count: 60).said() == ["60", "403"])
            let waiting = try world.wait(after: 1)
            try world.must("client", "add", "other", "--uid", "4711", "--allow", "zoom-prod:token")
            #expect(!waiting.isAnswered)
        }
    }

    @Test func `places taken while the vault was locked are counted again`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            try world.must("lock")
            let stranger = try Stranger(world, "hold", count: 400, seconds: 300)
            defer { stranger.running.child.end() }
            #expect(try stranger.said() == ["400", "503"])
            let before = try world.descriptors()
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            try world.must("unlock", "--recovery-stdin", input: recovery)
            // 64 of 400 are left, with a pidfd each once they are a second old.
            try eventually("a stranger's share") { try before - world.descriptors() > 250 }
            let more = try Stranger(world, "status", count: 10).said()
            let now = try world.descriptors()
            #expect(more == ["0"], "\(more), \(before) descriptors before, \(now) now")
            #expect(try world.get(Self.credentials).status == 200)
        }
    }

    @Test func `memory is given back`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            _ = try Crowd.ask(10, request("GET", Self.credentials), at: world.agent)
            let before = try world.memory()
            var peak = before
            do {
                // Most of a body each, which is kept until the rest is there.
                let head =
                    "POST \(Self.credentials) HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
                let ahead = Array(head.utf8) + [UInt8](repeating: UInt8(ascii: " "), count: 59_000)
                let crowd = try Crowd.connect(2_000, to: world.agent)
                for connection in crowd { _ = connection.push(ahead[...]) }
                try eventually("the daemon to have read much of it") {
                    peak = max(peak, try world.memory())
                    return peak - before > 64 << 20
                }
                withExtendedLifetime(crowd) {}
            }
            try eventually("the memory to be back") { try world.memory() < before + 24 << 20 }
            print(
                "measured: memory \(before >> 10) KiB, \(peak >> 10) KiB with 2,000 connections, \(try world.memory() >> 10) KiB after"
            )
            #expect(peak - before < 2_000 * 128 << 10)
        }
    }
}
