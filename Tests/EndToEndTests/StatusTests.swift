import Foundation
import TestSupport
import Testing

/// What the operator is told of what Zoom thinks of an app, and in which order; and the same in numbers.
@Suite(.realProcesses) struct StatusTests {
    private static func problems(_ world: World) throws -> [String] {
        try world.keyturn("status", "--json").json["problems"].elements.compactMap {
            "\($0["app"].string ?? "-") \($0["code"].string ?? "-")"
        }
    }

    @Test func `problems are named with what to do, and the worst comes first`() throws {
        try withWorld { world in
            let changed = try world.addApp("zoom-changed")
            let off = try world.addApp("zoom-off")
            let narrow = try world.addApp("zoom-narrow")
            #expect(try Self.problems(world).isEmpty)

            // Somebody is busy in the Marketplace.
            try world.sandbox.control(
                "PUT", "/apps/\(narrow.clientID)/scopes", #"{"scopes":["user:read:admin","scim2"]}"#)
            #expect(try world.keyturn("token", "zoom-narrow", "--refresh").exit == 0)
            #expect(try Self.problems(world) == ["zoom-narrow missing_scopes"])
            try world.sandbox.control("POST", "/apps/\(off.clientID)/deactivate")
            try world.sandbox.switches(#"{"ui_regenerate":"revoke_at_once"}"#)
            let new = try world.sandbox.regenerate(changed)
            for name in ["zoom-changed", "zoom-off"] {
                #expect(try world.keyturn("token", name, "--refresh").exit == 79)
            }
            #expect(
                try Self.problems(world) == [
                    "zoom-changed invalid_client", "zoom-off app_disabled", "zoom-narrow missing_scopes",
                ])
            let text = try world.must("status").output
            #expect(text.contains("keyturn rotate zoom-changed --manual") && text.contains("user:master"))
            #expect(text.contains("activate the app"))

            let outcome = try world.keyturn("rotate", "zoom-changed", "--manual", "--secret-stdin", input: new)
            #expect(outcome.exit == 0, "\(outcome)")
            try world.sandbox.control("POST", "/apps/\(off.clientID)/activate")
            #expect(try world.keyturn("app", "verify", "zoom-off").exit == 0)
            #expect(try Self.problems(world) == ["zoom-narrow missing_scopes"])
        }
    }

    @Test func `the exit code tells a script how urgent it is`() throws {
        try withWorld { world in
            func check(_ more: String...) throws -> Outcome {
                try world.runner.run(Programs.keyturn, ["status", "--check"] + more)
            }
            let app = try world.addApp("zoom-prod")
            #expect(try check().exit == 0)
            let narrow = #"{"scopes":["user:read:admin","scim2"]}"#
            try world.sandbox.control("PUT", "/apps/\(app.clientID)/scopes", narrow)
            #expect(try world.keyturn("token", "zoom-prod", "--refresh").exit == 0)
            let warned = try check()
            #expect(warned.exit == 1 && warned.errors.isEmpty, "\(warned)")
            #expect(warned.output.contains("  warning missing_scopes (zoom-prod): the app lacks scopes"), "\(warned)")
            let json = try check("--json")
            #expect(json.exit == 1)
            #expect(try json.json["problems"].elements.first?["severity"].string == "warning")
            #expect(try check("--filter", "other").exit == 0, "of what was asked for")
            try world.sandbox.control("POST", "/apps/\(app.clientID)/deactivate")
            #expect(try world.keyturn("token", "zoom-prod", "--refresh").exit == 79)
            let critical = try check()
            #expect(
                critical.exit == 2 && critical.output.contains("  critical app_disabled (zoom-prod): "), "\(critical)")
            #expect(try check("--watch").exit == 64)
            try world.must("lock")
            let locked = try check()
            #expect(locked.exit == 2 && locked.output.contains("  critical locked: the vault is locked"), "\(locked)")
            #expect(try world.keyturn("status").exit == 69)
            try world.stop()
            #expect(try check().exit == 69)
        }
    }

    /// Who used up the budget has used it up for the rotation's proofs as well, and the operator's word gives a new one.
    @Test func `a rotation's proofs come out of the same budget`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp()
            let added = try world.runner.run(
                Programs.keyturn, world.adding("zoom-prod", app, "--no-verify"), input: "not-the-secret")
            try #require(added.exit == 0)
            for _ in 0..<20 { #expect(try world.get("/v1/apps/zoom-prod/token").status == 502) }
            #expect(try world.sandbox.mints(of: app) == 5)
            #expect(try world.keyturn("rotate", "zoom-prod").exit == 79)
            #expect(try world.sandbox.mints(of: app) == 6)
            for _ in 0..<20 { #expect(try world.get("/v1/apps/zoom-prod/token").status == 502) }
            #expect(try world.sandbox.mints(of: app) == 10)
        }
    }

    @Test func `apps and rotations appear in the metrics`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.must("app", "set", "zoom-prod", "--rotate-every", "30d")
            let outcome = try world.runner.run(
                "/usr/bin/env",
                [
                    "curl", "-si", "--max-time", "30", "--unix-socket", world.admin, "-H", "Keyturn-Request: 1",
                    "http://keyturn/v1/metrics",
                ])
            #expect(outcome.output.hasPrefix("HTTP/1.1 200 "))
            #expect(
                outcome.output.contains(
                    "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"))
            #expect(outcome.output.hasSuffix("\n# EOF\n"))
            for line in [
                "keyturn_unlocked 1", "keyturn_apps 1", #"keyturn_open_rotations{state="draining"} 0"#,
                #"keyturn_rotation_overdue{app="zoom-prod"} 0"#, #"keyturn_rotation_blocked{app="zoom-prod"} 0"#,
                "# UNIT keyturn_next_rotation_seconds seconds",
            ] {
                #expect(outcome.output.contains("\n" + line + "\n"), "\(line)")
            }
            let apps = try world.keyturn("status", "--json").json["apps"].elements
            #expect(apps.first?["next_rotation_at"].kind == .time && apps.first?["paused"].bool == false)
            #expect(apps.first?["probed_at"].kind == .time && apps.first?["rotation"].isNull == true)
            try world.must("lock")
            let locked = try world.ask("GET", "/v1/metrics").text
            #expect(locked.contains("\nkeyturn_unlocked 0\n") && !locked.contains("zoom-prod"))
            #expect(locked.hasSuffix("\n# EOF\n"))
        }
    }
}

/// What goes on showing the status.
@Suite(.realProcesses) struct StatusWatchTests {
    @Test func `--watch shows each change, also that the daemon is locked or gone`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            let watching = try world.runner.start(Programs.keyturn, ["status", "--watch"])
            func shows(_ words: String) throws -> Bool {
                try String(contentsOfFile: watching.output, encoding: .utf8).contains(words)
            }
            try eventually("the app to be shown") { try shows("zoom-prod") }
            try world.must("lock")
            try eventually("the lock to be shown") { try shows("locked") }
            try world.stop()
            try eventually("the end to be shown") { try shows("not running") }
            watching.child.end()
            let outcome = try watching.outcome()
            #expect(outcome.errors.isEmpty, "\(outcome)")
            #expect(!outcome.output.contains("\u{1B}"), "there is no terminal")
        }
    }

    @Test(arguments: [(["--json"], Int32(64)), (["nothing"], Int32(66))])
    func `output that cannot be watched is refused`(_ arguments: [String], exit: Int32) throws {
        try withWorld { world in
            let outcome = try world.runner.run(Programs.keyturn, ["status", "--watch"] + arguments)
            #expect(outcome.exit == exit && outcome.output.isEmpty && outcome.complains())
        }
    }
}
