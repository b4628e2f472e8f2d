import Foundation
import TestSupport
import Testing

/// What the daemon finds out by itself as days go by, and how it says so.
@Suite(.realProcesses) struct DeadlineTests {
    private static let day = 86_400

    private static func withClock(_ body: (World, TestClock) throws -> Void) throws {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment)
            try body(world, clock)
        }
    }

    private static func problems(_ world: World) throws -> [String] {
        try world.keyturn("status", "--json").json["problems"].elements.compactMap {
            "\($0["app"].string ?? "-") \($0["code"].string ?? "-")"
        }
    }

    /// The lines of the present daemon's log that say that a secret dies.
    private static func alerts(_ world: World) throws -> [Substring] {
        try String(contentsOfFile: world.daemon.errors, encoding: .utf8).split(separator: "\n").filter {
            $0.contains("critical") && $0.contains("the current secret ")
        }
    }

    @Test func `a day later the probe has found a change made in the Marketplace`() throws {
        try Self.withClock { world, clock in
            let changed = try world.addApp("zoom-changed")
            let off = try world.addApp("zoom-off")
            let narrow = try world.addApp("zoom-narrow")
            try world.addApp("zoom-well")
            try world.sandbox.switches(#"{"ui_regenerate":"revoke_at_once"}"#)
            let new = try world.sandbox.regenerate(changed)
            try world.sandbox.control("POST", "/apps/\(off.clientID)/deactivate")
            try world.sandbox.control(
                "PUT", "/apps/\(narrow.clientID)/scopes", #"{"scopes":["user:read:admin","scim2"]}"#)
            #expect(try Self.problems(world).isEmpty, "nobody has looked yet")
            try world.pass(2 * Self.day, on: clock)
            try eventually("the probes") {
                try Self.problems(world) == [
                    "zoom-changed invalid_client", "zoom-off app_disabled", "zoom-narrow missing_scopes",
                ]
            }
            #expect(try world.must("status").output.contains("keyturn rotate zoom-changed --manual"))
            try world.must("rotate", "zoom-changed", "--manual", "--secret-stdin", input: new)
            #expect(try !Self.problems(world).contains("zoom-changed invalid_client"))
        }
    }

    @Test func `a secret that will expire is announced once at each deadline, also across restarts`() throws {
        try Self.withClock { world, clock in
            try world.addApp("zoom-prod")
            try world.sandbox.switches(#"{"second_new":"refuse"}"#)
            try world.sandbox.faultRotation("drop_after")
            #expect(try world.keyturn("rotate", "zoom-prod").exit == 79)
            #expect(try Self.problems(world) == ["zoom-prod rotation_blocked"])
            let dies = try #require(try world.openRotations().first?["old_secret_expires_at"].unixSeconds)
            for (left, word) in [(7 * Self.day, "6 d"), (Self.day, "23 h"), (3600, "59 min")] {
                try world.pass(dies - left - 60 - clock.now, on: clock)
                if left == 7 * Self.day { #expect(try Self.alerts(world).isEmpty, "too early") }
                // A second behind it: what it says is left holds for most of a minute.
                try world.pass(61, on: clock)
                let told = try eventually("the alert \(word) before") {
                    try Self.alerts(world).first { $0.contains(word) }
                }
                #expect(told.contains("keyturn rotate zoom-prod --manual"), "\(told)")
                #expect(try Self.problems(world).first == "zoom-prod secret_expires")
                try world.stop()
                try world.start(environment: clock.environment)
            }
            try world.pass(60, on: clock)
            #expect(try Self.alerts(world).isEmpty, "once, over a restart too")
        }
    }

    @Test func `a client that holds the old secret near its deadline is named`() throws {
        try Self.withClock { world, clock in
            try world.admitEverything()
            try world.addApp("zoom-prod")
            #expect(try world.get("/v1/apps/zoom-prod/credentials").status == 200)
            try world.awaitReceipt()
            try world.must("rotate", "zoom-prod", "--overlap", "20d")
            try world.pass(20 * Self.day, on: clock)
            #expect(try Self.problems(world).isEmpty)
            try world.pass(2 * Self.day, on: clock)
            try eventually("the problem") { try Self.problems(world) == ["zoom-prod rotation_waits"] }
            #expect(try world.must("status").output.contains("for client 'tests' (usually at most 1 d)"))
            #expect(try world.keyturn("status", "--check").exit == 2, "it dies within 7 days")
            // The deadline ends the wait, and not the trouble.
            try world.pass(8 * Self.day, on: clock)
            try eventually("the old secret to be ended") { try world.openRotations().isEmpty }
            #expect(try Self.problems(world) == ["zoom-prod consumer_secret_expired"])
            #expect(try world.fetchedSecret() != nil)
            try eventually("the client to have moved") { try Self.problems(world).isEmpty }
        }
    }

    @Test func `a rotation that Zoom refuses is overdue until it succeeds`() throws {
        try Self.withClock { world, clock in
            let app = try world.addApp("zoom-prod")
            try world.must("app", "set", "zoom-prod", "--rotate-every", "30d", "--overlap", "0s")
            try world.must("pause", "zoom-prod")
            try world.pass(31 * Self.day, on: clock)
            try eventually("the pause to be told of") { try Self.problems(world) == ["zoom-prod rotation_paused"] }
            try world.sandbox.control("POST", "/apps/\(app.clientID)/deactivate")
            try world.must("resume", "zoom-prod")
            try eventually("the rotation to be tried") {
                try world.pass(120, on: clock)
                return try world.history().contains { $0["state"].string == "refused" }
            }
            try world.pass(7200, on: clock)
            #expect(try Self.problems(world).contains("zoom-prod rotation_overdue"))
            try world.sandbox.control("POST", "/apps/\(app.clientID)/activate")
            try eventually("the next try") {
                try world.pass(600, on: clock)
                return try world.history().contains { $0["state"].string == "retired" }
            }
            #expect(try !Self.problems(world).contains("zoom-prod rotation_overdue"))
        }
    }
}
