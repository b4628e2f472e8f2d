import Foundation
import TestSupport
import Testing

/// A thousand that wait and a hundred that listen, while secrets are rotated.
///
/// `scripts/bench-watch` has this measure and print; without it, only what must hold on any machine is held.
@Suite(.realProcesses) struct WatchCrowdTests {
    private static let waiters = 1_000
    private static let streams = 100
    private static let isBench = ProcessInfo.processInfo.environment["KEYTURN_BENCH"] != nil

    @Test(.enabled(if: OtherUser.mayBe, World.whyNoDescriptors))
    func `all watchers are notified once and cost nothing while they wait`() throws {
        try withWorld { world in
            Crowd.prepare()
            let app = try world.addApp("zoom-prod")
            // What a first client costs is not what each of them costs.
            _ = try world.get("/v1/apps/zoom-prod/credentials")
            let (bare, descriptors) = (try world.memory(), try world.descriptors())
            var waiting = try (0..<Self.waiters).map { _ in try world.wait(after: 1, 300) }
            try eventually("all to be there") { try world.descriptors() >= Self.waiters }
            #expect(world.isHealthy)
            let settled = try world.memory()
            let streams = try (0..<Self.streams).map { _ in try world.listen() }
            let each = (settled - bare) / Self.waiters
            #expect(each < 100_000, "\(each) bytes for each")
            Self.say(
                "memory",
                "\(each) bytes for each that waits, \((try world.memory() - settled) / Self.streams) for each stream")

            let seconds = Self.isBench ? 10.0 : 2.0
            let used = try world.processorTime()
            let started = ContinuousClock.now
            usleep(UInt32(seconds * 1_000_000))
            // Of the processor's own time: a machine that is busy gives it less of that, and not more.
            let share = (try world.processorTime() - used) / ((ContinuousClock.now - started) / .seconds(1))
            #expect(share < 0.2)
            Self.say("processor", "\((share * 10_000).rounded() / 100) % while nothing changes")

            for generation in 2...4 {
                let new = try world.sandbox.regenerate(app)
                let sentinel = Self.isBench ? Sentinel(world.agent, generation: generation) : nil
                let admin = try Connection(to: world.admin)
                try admin.send(
                    request(
                        "POST", "/v1/apps/zoom-prod/rotate", body: #"{"overlap":1,"client_secret":"\#(new)"}"#))
                let told = try Readiness(of: waiting, seconds: Patience.seconds)
                if let changed = sentinel?.lastBefore() {
                    let times = [told.first, told.median, told.last].map { Self.milliseconds($0 - changed) }
                    Self.say(
                        "told within", "\(times[0]), \(times[1]), \(times[2]) ms (first, median, last of \(told.count))"
                    )
                }
                #expect(try admin.answer().status < 300)
                for connection in waiting {
                    let answer = try connection.answer()
                    #expect(answer.generationTag == generation)
                    #expect(try answer.json["client_secret"].string == new)
                }
                try eventually("the rotation to end") { try world.openRotations().isEmpty }
                // What changes while an event loop is busy is told together: each is there before the next begins.
                for stream in streams {
                    try stream.awaitEvents("generation \(generation)") { $0.last == "zoom-prod \(generation) settled" }
                }
                #expect(!waiting.contains { $0.receive(seconds: 0) || !$0.received.isEmpty }, "each was told once")
                for connection in waiting {
                    try connection.send(
                        request("GET", "/v1/apps/zoom-prod/credentials?after=\(generation)&wait=300"))
                }
            }

            for stream in streams {
                // A beginning that is told together with its end has the later generation, and comes after it.
                let words = try stream.events().map {
                    $0.hasSuffix(" rotating") ? "rotating" : String($0.dropFirst(10))
                }
                #expect(words.first == "1 state" && words.count == 10, "\(words)")
                for generation in 2...4 {
                    let told = words.dropFirst(1 + 3 * (generation - 2)).prefix(3)
                    #expect(Set(told) == ["rotating", "\(generation) rotated", "\(generation) settled"], "\(words)")
                    #expect(told.last == "\(generation) settled", "\(words)")
                }
            }
            waiting.removeAll()
            try eventually("those who went to be gone") {
                // Each that listens has its connection, and a pidfd of its process.
                try world.descriptors() <= descriptors + 2 * Self.streams + 1
            }
            #expect(try world.stop().exit == 0)
        }
    }

    private static func milliseconds(_ time: Duration) -> Double { (time / .microseconds(100)).rounded() / 10 }

    private static func say(_ what: String, _ text: String) {
        if isBench { print("bench: \(what): \(text)") }
    }
}
