import Foundation
import TestSupport
import Testing

/// Days, months and a year go by, for the daemon and for Zoom. Only debug builds of the daemon have a clock to move.
@Suite(.realProcesses) struct TimePassesTests {
    private static let day = 86_400

    /// A daemon whose clock can be moved, and at which this user may fetch everything.
    static func withClock(_ body: (World, TestClock) throws -> Void) throws {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment)
            try world.admitEverything()
            try body(world, clock)
        }
    }

    @Test func `a due rotation begins automatically`() throws {
        try Self.withClock { world, clock in
            let app = try world.addApp("zoom-prod")
            try world.must("app", "set", "zoom-prod", "--rotate-every", "30d", "--overlap", "0s")
            try world.pass(29 * Self.day, on: clock)
            #expect(try world.must("rotate", "--due").output == "nothing is due\n")
            #expect(try world.history().isEmpty)
            try world.pass(Self.day, on: clock)
            // What fell due meanwhile is begun within ten minutes.
            try eventually("the rotation to be over") {
                try world.pass(60, on: clock)
                return try world.history().first?["state"].string == "retired"
            }
            #expect(try world.history().map(\.["trigger"].string) == ["schedule"])
            let new = try world.fetchedSecret()
            #expect(try new != app.secret && world.sandbox.accepts(new, of: app))
            #expect(try !world.sandbox.accepts(app.secret, of: app))
        }
    }

    @Test func `a rotation that fell due while the daemon was away begins on request`() throws {
        try Self.withClock { world, clock in
            let app = try world.addApp("zoom-prod")
            try world.must("app", "set", "zoom-prod", "--rotate-every", "30d")
            try world.stop()
            try world.pass(90 * Self.day, on: clock)
            try world.start(environment: clock.environment)
            let taken = try world.must("rotate", "--due", "--json").json["rotations"].elements
            #expect(taken.map(\.["app"].string) == ["zoom-prod"])
            let new = try world.fetchedSecret()
            #expect(try new != app.secret && world.sandbox.accepts(new, of: app))
            #expect(try world.must("rotate", "--due").output == "nothing is due\n", "once, however long it was away")
            #expect(try world.history().count == 1)
        }
    }

    @Test func `the old secret is revoked with the overlap and not before`() throws {
        try Self.withClock { world, clock in
            let app = try world.addApp("zoom-prod")
            try world.must("rotate", "zoom-prod", "--overlap", "7d")
            let new = try world.fetchedSecret()
            try world.pass(7 * Self.day - 600, on: clock)
            try world.stop()
            try world.start(environment: clock.environment)
            #expect(try world.openRotations().first?["state"].string == "draining")
            #expect(try world.sandbox.accepts(app.secret, of: app))
            try world.pass(600, on: clock)
            try eventually("the old secret to be ended") { try world.openRotations().isEmpty }
            #expect(try !world.sandbox.accepts(app.secret, of: app) && world.sandbox.accepts(new, of: app))
            #expect(try world.fetchedSecret() == new)
        }
    }

    @Test func `a clock that jumps by a year neither starts everything nor loses anything`() throws {
        try Self.withClock { world, clock in
            let names = ["zoom-one", "zoom-two", "zoom-six"]
            let apps = try names.map { try world.addApp($0) }
            for name in names { try world.must("app", "set", name, "--rotate-every", "30d", "--overlap", "0s") }
            for jump in [366, -366, -366, 366] {
                clock.setWall(by: jump * Self.day)
                // Many more than are needed to begin all of them.
                try clock.awaitLooks(15)
                let begun = try names.filter { try !world.history($0).isEmpty }
                #expect(begun.count <= 1, "after a jump of \(jump) days: \(begun)")
                for (name, app) in zip(names, apps) {
                    #expect(try world.sandbox.accepts(world.fetchedSecret(name), of: app), "\(name), \(jump) days")
                }
            }
            try world.pass(31 * Self.day, on: clock)
            try world.pass(900, on: clock)
            try eventually("each to be rotated") {
                // Whoever holds the old secret fetches again, sooner or later.
                try names.allSatisfy { name in
                    _ = try world.fetchedSecret(name)
                    return try world.history(name).first?["state"].string == "retired"
                }
            }
            for (name, app) in zip(names, apps) {
                let secret = try world.fetchedSecret(name)
                #expect(try secret != app.secret && world.sandbox.accepts(secret, of: app))
            }
        }
    }

    @Test func `a holder that never moves is waited for until a day before Zoom revokes the old secret`() throws {
        try Self.withClock { world, clock in
            let app = try world.addApp("zoom-prod")
            #expect(try world.fetchedSecret() == app.secret)
            try world.must("rotate", "zoom-prod", "--overlap", "0s")
            try world.pass(28 * Self.day, on: clock)
            try eventually("a look at the holders") {
                guard let open = try world.openRotations().first, let due = open["due_at"].unixSeconds else {
                    throw HarnessError("it ended too early")
                }
                return due > clock.now && open["reason"].string?.contains("tests") == true
            }
            #expect(try world.sandbox.accepts(app.secret, of: app), "still held, still good")
            try world.pass(Self.day, on: clock)
            try eventually("the old secret to be ended") { try world.openRotations().isEmpty }
            #expect(try !world.sandbox.accepts(app.secret, of: app))
            #expect(try world.sandbox.accepts(world.fetchedSecret(), of: app))
        }
    }

    @Test func `a lost secret is counted down and replaced before the old one expires`() throws {
        try Self.withClock { world, clock in
            let app = try world.addApp("zoom-prod")
            try world.sandbox.switches(#"{"second_new":"refuse"}"#)
            try world.sandbox.faultRotation("drop_after")
            #expect(try world.keyturn("rotate", "zoom-prod").exit == 79)
            try world.pass(29 * Self.day, on: clock)
            let held = try #require(try world.openRotations().first)
            let dies = try #require(held["old_secret_expires_at"].unixSeconds)
            #expect((1...Self.day).contains(dies - clock.now), "a day is left")
            #expect(try world.keyturn("status").output.contains(held["old_secret_expires_at"].string ?? "?"))
            #expect(try world.sandbox.accepts(world.fetchedSecret(), of: app))
            let new = try world.sandbox.regenerate(app)
            try world.must("rotate", "zoom-prod", "--manual", "--secret-stdin", input: new)
            try world.pass(Self.day, on: clock)
            #expect(try world.fetchedSecret() == new && world.sandbox.accepts(new, of: app))
        }
    }
}
