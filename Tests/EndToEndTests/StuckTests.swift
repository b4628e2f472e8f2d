import Foundation
import TestSupport
import Testing

/// What never comes to its end: an engine that was taken out of service, a Zoom that is away. The status is quiet at first, then
/// warns, then pages somebody, and stays so until it is over.
@Suite(.realProcesses) struct StuckTests {
    private static let day = 86_400

    private static func problems(_ world: World) throws -> [String] {
        try world.keyturn("status", "--json").json["problems"].elements.map {
            "\($0["severity"].string ?? "-") \($0["code"].string ?? "-")"
        }
    }

    @Test func `an engine that never uses the new secret becomes critical before the old one expires`() throws {
        try TargetTests.withConsole(["--replicate", "on-save"]) { world, console, app, clock in
            try console.switches(#"{"standalone":false,"replicate_on_save":true}"#)
            try world.must("target", "push", "console")
            try eventually("the engines to have it") {
                try world.pass(60, on: clock)
                return try world.keyturn("target", "show", "console", "--json").json["state"].string == "current"
            }
            try console.switches(#"{"out_of_service":true}"#)
            try world.must("rotate", "zoom-prod", "--overlap", "0s")
            let begun = clock.now
            let open = try eventually("the engine to be waited for") {
                try world.openRotations().first.flatMap {
                    $0["reason"].string?.contains("10.0.0.2 is OUT_OF_DATE") == true ? $0 : nil
                }
            }
            let dies = try #require(open["old_secret_expires_at"].unixSeconds)
            func wait(until time: Int) throws { try world.pass(time - clock.now, on: clock) }

            try wait(until: begun + 50 * 60)
            #expect(try Self.problems(world) == [] && world.keyturn("status", "--check").exit == 0)
            try wait(until: begun + 62 * 60)
            #expect(try Self.problems(world) == ["warning rotation_waits"])
            let warned = try world.keyturn("status", "--check")
            #expect(warned.exit == 1, "\(warned)")
            #expect(
                warned.output.contains("warning rotation_waits (zoom-prod): the rotation has waited 1 h "), "\(warned)")
            #expect(warned.output.contains("for target 'console' (usually at most 1 h): "), "\(warned)")
            #expect(warned.output.contains("10.0.0.2 is OUT_OF_DATE"), "\(warned)")
            print(warned.output)
            try wait(until: dies - 7 * Self.day - 3600)
            #expect(try Self.problems(world) == ["warning rotation_waits"])
            for left in [7 * Self.day - 60, Self.day - 60, 3540, -60, -Self.day] {
                try wait(until: dies - left)
                #expect(try Self.problems(world) == ["critical rotation_waits"], "\(left) s before")
            }
            let dead = try world.keyturn("status", "--check")
            #expect(dead.exit == 2 && dead.output.contains("may still have, expired at"), "\(dead)")
            let tested = try world.keyturn("target", "test", "console")
            #expect(tested.exit == 79 && tested.output.contains("failed   replication: its engines"), "\(tested)")
            #expect(try world.keyturn("doctor").output.contains("failed   target: 'console', replication: its engines"))
            #expect(try !world.sandbox.accepts(console.engineSecret(), of: app), "provisioning has stopped")
            try eventually("the page") {
                try world.keyturn("alert", "list", "--json").json["alerts"].elements.contains {
                    $0["code"].string == "rotation_waits" && $0["severity"].string == "critical"
                }
            }
            #expect(try world.keyturn("doctor").exit == 65)
            let numbers = try world.ask("GET", "/v1/metrics").text
            #expect(numbers.contains(#"keyturn_rotation_waits_too_long{app="zoom-prod"} 1"#))
            #expect(numbers.contains(#"keyturn_problems{code="rotation_waits",severity="critical"} 1"#))

            // It is put back into service.
            try console.switches(#"{"out_of_service":false}"#)
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try world.sandbox.accepts(console.engineSecret(), of: app))
            #expect(try Self.problems(world) == [] && world.keyturn("status", "--check").exit == 0)
        }
    }

    @Test func `a push of the operator's is continued at once, even right after a check of the console`() throws {
        try TargetTests.withConsole(["--replicate", "on-save"]) { world, console, _, clock in
            func show() throws -> JSON { try world.keyturn("target", "show", "console", "--json").json }
            try console.switches(#"{"standalone":false,"replicate_on_save":true}"#)
            try world.must("target", "push", "console")
            try eventually("the engines to have it") { try show()["state"].string == "current" }
            let pushed = try show()["looked_at"].string
            try world.pass(1000, on: clock)
            try eventually("the console to be looked at") { try show()["looked_at"].string != pushed }
            try console.switches(#"{"out_of_service":true}"#)
            try world.must("target", "push", "console")
            #expect(try show()["state"].string == "replicating")
            try console.switches(#"{"out_of_service":false}"#)
            try eventually("the engines to have it again") { try show()["state"].string == "current" }
        }
    }

    @Test func `a Zoom that is away is reported after a quarter of an hour, and pages when a token has run out`() throws
    {
        try TimePassesTests.withClock { world, clock in
            try world.addApp("zoom-prod")
            for number in 1...3 { try world.addApp("zoom-\(number)") }
            // Nobody asks for a token: it is seen all the same.
            try world.sandbox.fault("drop_before")
            try eventually("the daemon to look whether Zoom is there, and to say that it is not") {
                try world.pass(60, on: clock)
                return try Self.problems(world) == ["warning zoom_unreachable"]
            }
            let text = try world.keyturn("status", "--check")
            #expect(text.exit == 1 && text.output.contains("has given no usable answer for 1"), "\(text)")
            print(text.output)
            // Somebody does, and is served until the token runs out.
            #expect(try world.get("/v1/apps/zoom-prod/token").status == 200)
            try world.pass(3600, on: clock)
            #expect(try world.get("/v1/apps/zoom-prod/token").status == 503)
            try eventually("the page") { try Self.problems(world) == ["critical tokens_run_out"] }
            #expect(try world.keyturn("status", "--check").exit == 2)
            // A restart forgets nothing of how long it has been.
            try world.stop()
            try world.start(environment: clock.environment)
            try eventually("the trouble to be seen again") {
                try world.pass(20, on: clock)
                return try Self.problems(world) == ["warning zoom_unreachable"]
            }
            #expect(try world.must("status").output.contains("for 1 h "))
            try world.sandbox.control("DELETE", "/faults")
            try eventually("Zoom to be back") {
                try world.pass(60, on: clock)
                return try Self.problems(world).isEmpty
            }
        }
    }
}
