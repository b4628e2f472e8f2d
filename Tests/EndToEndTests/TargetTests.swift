import Foundation
import TestSupport
import Testing

/// A rotation that has to reach a console: everything that a console may do about it.
@Suite(.realProcesses) struct TargetTests {
    /// A daemon with a clock of the test's, an app, and a console whose target settles at once unless told otherwise.
    static func withConsole(
        settle: String = "0s", _ more: [String] = [], environment: [String: String] = [:],
        _ body: (World, Console, ZoomApp, TestClock) throws -> Void
    ) throws {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment.merging(environment) { $1 })
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            let console = try world.console()
            defer { console.end() }
            let arguments =
                [
                    "target", "add", "pingfederate", "console", "--app", "zoom-prod", "--admin-url", console.address,
                    "--connection", console.connection, "--user", console.user, "--password-stdin", "--ca-file",
                    console.caFile, "--settle", settle,
                ] + more
            let added = try world.runner.run(Programs.keyturn, arguments, input: console.password)
            #expect(added.exit == 0, "\(added)")
            try body(world, console, app, clock)
        }
    }

    /// Moves the clocks on to whatever the rotation waits for, until `isDone`.
    static func pass(
        _ what: String, _ world: World, _ clock: TestClock, until isDone: (JSON?) throws -> Bool
    ) throws {
        try eventually(what) {
            let open = try world.openRotations().first
            if try isDone(open) { return true }
            if let due = open?["due_at"].unixSeconds, due > clock.now { try world.pass(due - clock.now, on: clock) }
            return false
        }
    }

    /// Begins a rotation. 75 says that a console has not taken the new secret yet.
    private func rotate(_ world: World) throws {
        #expect(try [0, 75].contains(world.keyturn("rotate", "zoom-prod", "--overlap", "0s").exit))
    }

    @Test func `a rotation reaches the console before the old secret is revoked`() throws {
        try Self.withConsole(settle: "2m") { world, console, app, clock in
            let before = try console.rest()
            #expect(try console.secret() == "placeholder")
            let start = ContinuousClock.now
            try rotate(world)
            let new = try world.fetchedSecret()
            let open = try eventually("the console to have it") {
                try console.secret() == new ? try world.openRotations().first : nil
            }
            let taken = ContinuousClock.now - start
            print("from the command to the console: \(taken)")
            #expect(new != app.secret && open["state"].string == "current")
            #expect(try world.sandbox.accepts(app.secret, of: app), "the engines may use it for two minutes more")
            try Self.pass("the end", world, clock) { $0 == nil }
            #expect(try !world.sandbox.accepts(app.secret, of: app))
            #expect(try world.sandbox.accepts(console.engineSecret(), of: app))
            // All but our three settings is as it was.
            let expected = before.replacing(#"{"name":"Account","value":"","inherited":false}"#, with: "")
            #expect(expected != before)
            let row = try console.control("GET", "/connections/\(console.connection)")["values"]
            #expect(row["Account"].string == app.accountID && row["OAuth client"].string == app.clientID)
            #expect(row["Proxy password"].string == "proxy" && row["Rate"].string == "10")
            let after = try console.rest()
            for kept in ["1.50", "-0", "1e400", "12345678901234567890123", "60.0", #"{"name":"Zoom account"}"#] {
                #expect(before.contains(kept) && after.contains(kept), "\(kept)")
            }
            let shown = try world.keyturn("target", "show", "console", "--json").json
            #expect(shown["state"].string == "current" && shown["generation"].int == 2)
        }
    }

    @Test(arguments: ["oauth", "certificate", "pin"])
    func `every way to log in and to identify the console works`(_ way: String) throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let console = try world.console()
            defer { console.end() }
            var arguments = [
                "target", "add", "pingfederate", "console", "--app", "zoom-prod", "--admin-url", console.address,
                "--connection", console.connection, "--settle", "0s",
            ]
            var input = console.password
            switch way {
            case "oauth":
                arguments += ["--token-url", console.tokenURL, "--client-id", console.clientID]
                arguments += ["--client-secret-stdin", "--ca-file", console.caFile]
                input = console.clientSecret
            case "certificate":
                arguments += ["--client-cert", console.clientCert, "--client-key", console.clientKey]
                arguments += ["--ca-file", console.caFile]
            default:
                let pairs = console.fingerprint.uppercased().enumerated().map {
                    $0 % 2 == 1 && $0 < 63 ? "\($1):" : "\($1)"
                }
                arguments += ["--user", console.user, "--password-stdin", "--pin", pairs.joined()]
            }
            let added = try world.runner.run(Programs.keyturn, arguments, input: input)
            #expect(added.exit == 0, "\(added)")
            let pushed = try world.keyturn("target", "push", "console", "--json")
            #expect(pushed.exit == 0, "\(pushed)")
            #expect(try console.secret() == world.fetchedSecret())
        }
    }

    @Test func `a console that is not the right one is sent nothing`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let (console, other) = (try world.console(), try world.console())
            defer { console.end(); other.end() }
            let base = [
                "target", "add", "pingfederate", "console", "--app", "zoom-prod", "--admin-url", console.address,
                "--connection", console.connection, "--user", console.user, "--password-stdin",
            ]
            for trust in [[], ["--ca-file", other.caFile], ["--pin", other.fingerprint]] {
                let refused = try world.runner.run(Programs.keyturn, base + trust, input: console.password)
                #expect(refused.exit == 79 && refused.complains(), "\(refused)")
                #expect(refused.errors.contains("not trusted"))
            }
            #expect(try console.control("GET", "/requests")["requests"].elements.isEmpty)
            #expect(try world.keyturn("target", "list", "--json").json["targets"].elements.isEmpty)
        }
    }

    @Test func `a refusal blocks the rotation in PingFederate's words and never shows the secrets`() throws {
        try Self.withConsole { world, console, app, clock in
            try console.switches(#"{"reject":"Zoom said no to {value} today"}"#)
            let rotate = try world.keyturn("rotate", "zoom-prod", "--overlap", "0s", "--wait", "--timeout", "20s")
            #expect(rotate.exit == 79, "\(rotate)")
            let held = try #require(try world.openRotations().first)
            let new = try #require(try world.fetchedSecret())
            #expect(held["state"].string == "blocked")
            #expect(held["reason"].string?.contains("Validation error(s) occurred.") == true)
            #expect(
                held["reason"].string?.contains(new) == false && held["reason"].string?.contains("withheld") == true)
            #expect(held["try"].string?.contains("rotation resume") == true)
            let remedy = "then keyturn target push console"
            #expect(held["try"].string?.contains(remedy) == true && rotate.errors.contains(remedy), "\(rotate)")
            let told = try world.keyturn("status", "--json").json["problems"].elements.first
            #expect(told?["code"].string == "rotation_blocked" && told?["try"].string?.contains(remedy) == true)
            #expect(try world.sandbox.accepts(app.secret, of: app) && world.sandbox.accepts(new, of: app))
            let status = try world.keyturn("status")
            #expect(status.output.contains("console") && !status.output.contains("--manual"))
            // A secret made by hand is proven before anything is changed.
            let manual = try world.runner.run(
                Programs.keyturn, ["rotate", "zoom-prod", "--manual", "--secret-stdin"], input: "another")
            #expect(manual.exit == 79 && manual.errors.contains("nothing was changed"), "\(manual)")

            try console.switches(#"{"reject":null}"#)
            let id = try #require(held["id"].string)
            try world.must("rotation", "resume", id)
            try Self.pass("the end", world, clock) { $0 == nil }
            #expect(try console.secret() == new && world.fetchedSecret() == new)
            #expect(try !world.sandbox.accepts(app.secret, of: app))
        }
    }

    /// What passes by itself: the rotation waits in `current`, says why, and goes on.
    @Test(arguments: [
        #""status":500"#, #""status":503"#, #""status":401"#, #""status":403"#, #""status":404"#,
        #""password":"another""#, #""cut":"before""#, #""cut":"after""#, #""editors":99"#,
    ]) func `a failure keeps the old secret alive until it is over`(_ trouble: String) throws {
        try Self.withConsole { world, console, app, clock in
            try console.switches("{\(trouble)}")
            let rotate = try world.keyturn("rotate", "zoom-prod", "--overlap", "0s")
            #expect(rotate.exit == 75 && rotate.complains(), "the console has not got it: \(rotate)")
            let open = try eventually("the reason to be told") {
                try world.openRotations().first.flatMap { $0["reason"].string == nil ? nil : $0 }
            }
            #expect(open["state"].string == "current" && open["due_at"].kind == .time)
            let new = try world.fetchedSecret()
            #expect(try world.sandbox.accepts(app.secret, of: app) && world.sandbox.accepts(new, of: app))
            let problems = try world.keyturn("status", "--json").json["problems"].elements
            #expect(problems.contains { $0["code"].string == "target_failed" }, "\(problems)")
            #expect(try world.keyturn("target", "show", "console", "--json").json["failure"]["code"].string != nil)
            try console.switches(#"{"status":null,"password":null,"cut":null,"editors":0}"#)
            try Self.pass("the end", world, clock) { $0 == nil }
            #expect(try console.secret() == new && world.sandbox.accepts(new, of: app))
            #expect(try !world.sandbox.accepts(app.secret, of: app))
            #expect(try world.keyturn("status", "--json").json["problems"].elements.isEmpty)
        }
    }

    @Test func `an administrator who saves meanwhile is not overwritten`() throws {
        try Self.withConsole { world, console, _, clock in
            try console.switches(#"{"editors":3}"#)
            try rotate(world)
            try Self.pass("the end", world, clock) { $0 == nil }
            let values = try console.control("GET", "/connections/\(console.connection)")["values"]
            #expect(values["Rate"].string == "somebody else's")
            #expect(try values["OAuth secret"].string == world.fetchedSecret())
        }
    }

    @Test(arguments: ["on-save", "full", "fails", "not on save"])
    func `the old secret lives until the engines have the new one`(_ cluster: String) throws {
        let policy = cluster == "full" || cluster == "fails" ? "full" : "on-save"
        try Self.withConsole(["--replicate", policy]) { world, console, app, clock in
            let onSave = cluster == "on-save"
            try console.switches(
                #"{"standalone":false,"replicate_on_save":\#(onSave),"replication_seconds":2,"replication_fails":\#(cluster == "fails")}"#
            )
            try rotate(world)
            let new = try world.fetchedSecret()
            try eventually("the console to have it") { try console.secret() == new }
            if cluster == "fails" || cluster == "not on save" {
                let open = try eventually("the reason to be told") {
                    try world.openRotations().first.flatMap {
                        $0["reason"].string?.contains("replicat") == true ? $0 : nil
                    }
                }
                #expect(open["state"].string == "current")
                #expect(try console.engineSecret() == "placeholder" && world.sandbox.accepts(app.secret, of: app))
                try console.switches(#"{"replication_fails":false,"standalone":\#(cluster == "not on save")}"#)
            }
            try eventually("the end") {
                let open = try world.openRotations().first
                guard let open else { return true }
                if try console.engineSecret() != new { #expect(try world.sandbox.accepts(app.secret, of: app)) }
                if let due = open["due_at"].unixSeconds, due > clock.now + 60 {
                    try world.pass(due - clock.now, on: clock)
                }
                return false
            }
            #expect(try console.engineSecret() == new && !world.sandbox.accepts(app.secret, of: app))
        }
    }

    @Test func `both of two targets must have the new secret`() throws {
        try Self.withConsole { world, console, app, clock in
            let other = try world.console()
            defer { other.end() }
            try world.addTarget(other, "--settle", "0s", name: "other")
            try other.switches(#"{"status":500}"#)
            try rotate(world)
            let new = try world.fetchedSecret()
            try eventually("the one to have it") { try console.secret() == new }
            let open = try eventually("the other's reason") {
                try world.openRotations().first.flatMap { $0["reason"].string == nil ? nil : $0 }
            }
            #expect(open["reason"].string?.contains("'other'") == true)
            #expect(try other.secret() == "placeholder" && world.sandbox.accepts(app.secret, of: app))
            let puts = try console.calls("PUT")
            try other.switches(#"{"status":null}"#)
            try Self.pass("the end", world, clock) { $0 == nil }
            #expect(try other.secret() == new)
            #expect(try console.calls("PUT") == puts, "what has it is not pushed to again")
        }
    }

    @Test func `the next secret is one that Zoom accepts`() throws {
        try Self.withConsole { world, console, app, clock in
            try console.switches(#"{"check_url":"\#(try world.sandbox.address)/_sandbox/accepts"}"#)
            try world.must("target", "push", "console")
            for _ in 0..<2 {
                try rotate(world)
                try Self.pass("the end", world, clock) { $0 == nil }
                #expect(try world.sandbox.accepts(console.engineSecret(), of: app))
                try world.pass(3600, on: clock)  // Zoom's throttle
            }
        }
    }
}
