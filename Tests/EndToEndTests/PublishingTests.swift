import Foundation
import TestSupport
import Testing

/// Targets that fail and targets that hang. Only debug builds of the daemon have a publisher to be told so.
@Suite(.realProcesses) struct PublishingTests {
    private static func withPublisher(_ publisher: String, _ body: (World, TestClock) throws -> Void) throws {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment.merging(["KEYTURN_TEST_PUBLISHER": publisher]) { $1 })
            try world.admitEverything()
            try body(world, clock)
        }
    }

    @Test func `a failed push is repeated, and the old secret lives meanwhile`() throws {
        try Self.withPublisher("fail:3") { world, clock in
            let app = try world.addApp("zoom-prod")
            let rotate = try world.keyturn("rotate", "zoom-prod", "--overlap", "0s")
            #expect(rotate.exit == 75 && rotate.complains(), "\(rotate)")
            #expect(rotate.errors.contains("try: keyturn rotation resume"), "\(rotate)")
            var pauses = 0
            try eventually("it to be published") {
                guard let open = try world.openRotations().first, open["state"].string == "current" else { return true }
                #expect(try world.sandbox.accepts(app.secret, of: app))
                guard let due = open["due_at"].unixSeconds, due > clock.now else { return false }
                pauses += 1
                try world.pass(due - clock.now, on: clock)
                return false
            }
            #expect((1...3).contains(pauses))
            let new = try world.fetchedSecret()
            #expect(try new != app.secret && world.sandbox.accepts(new, of: app))
            try eventually("the end") { try world.openRotations().isEmpty }
        }
    }

    @Test(arguments: ["lock", "stop"]) func `a target that hangs holds up no other work`(_ way: String) throws {
        // Nor as long as an attempt may take, which here is longer than any test waits.
        try Self.withPublisher("hang:3600:3000") { world, _ in
            let app = try world.addApp("zoom-prod")
            let rotate = try world.runner.start(Programs.keyturn, ["rotate", "zoom-prod", "--overlap", "0s"])
            try eventually("it to hang") { try world.openRotations().first?["state"].string == "current" }
            let new = try world.fetchedSecret()
            #expect(try new != app.secret && world.sandbox.accepts(new, of: app))
            #expect(try world.sandbox.accepts(app.secret, of: app), "not published, not ended")

            if way == "lock" {
                try world.must("lock")
            } else {
                #expect(try world.stop().exit == 0)
            }
            _ = try rotate.outcome()
            if way == "lock" { try world.stop() }

            try world.start()
            try eventually("it to be published and over") { try world.openRotations().isEmpty }
            #expect(try world.fetchedSecret() == new && world.sandbox.accepts(new, of: app))
        }
    }

    @Test func `an attempt that takes too long is repeated`() throws {
        try Self.withPublisher("hang:3600:1") { world, clock in
            let app = try world.addApp("zoom-prod")
            #expect(try world.keyturn("rotate", "zoom-prod", "--overlap", "0s").exit == 75)
            let open = try #require(try world.openRotations().first)
            #expect(open["state"].string == "current" && open["reason"].string?.contains("longer") == true)
            #expect(try world.sandbox.accepts(app.secret, of: app))
            try world.pass(60, on: clock)
            _ = try world.fetchedSecret()
            try eventually("the end") { try world.openRotations().isEmpty }
            #expect(try world.sandbox.accepts(world.fetchedSecret(), of: app))
        }
    }
}
