import Foundation
import TestSupport
import Testing

/// A rotation whose new secret has to reach the engines of a cluster: whatever the cluster is like, the old secret lives until
/// they have the new one.
@Suite(.realProcesses) struct TargetClusterTests {
    private func rotate(_ world: World) throws -> String {
        #expect(try [0, 75].contains(world.keyturn("rotate", "zoom-prod", "--overlap", "0s").exit))
        return try #require(try world.fetchedSecret())
    }

    /// Waits until the rotation says why it waits, with the old secret still good.
    private func reason(
        _ words: String, _ world: World, _ app: ZoomApp, _ clock: TestClock? = nil
    ) throws {
        let open = try eventually("the rotation to wait, since '\(words)'") {
            let open = try world.openRotations().first
            if open?["reason"].string?.contains(words) == true { return open }
            if let clock, let due = open?["due_at"].unixSeconds, due > clock.now {
                try world.pass(due - clock.now, on: clock)
            }
            return nil
        }
        #expect(try open["state"].string == "current" && world.sandbox.accepts(app.secret, of: app))
    }

    private func finish(_ new: String, _ world: World, _ console: Console, _ app: ZoomApp, _ clock: TestClock) throws {
        try eventually("the end") {
            guard let open = try world.openRotations().first else { return true }
            if try console.engineSecret() != new { #expect(try world.sandbox.accepts(app.secret, of: app)) }
            if let due = open["due_at"].unixSeconds, due > clock.now + 60 { try world.pass(due - clock.now, on: clock) }
            return false
        }
        #expect(try console.engineSecret() == new && !world.sandbox.accepts(app.secret, of: app))
    }

    private func posts(_ console: Console) throws -> Int {
        try console.control("GET", "/requests")["requests"].elements.count {
            $0["path"].string?.hasSuffix("/cluster/replicate") == true
        }
    }

    @Test func `before version 12 a full replication works, and replication on save is refused in its own words`()
        throws
    {
        try TargetTests.withConsole(["--replicate", "full"]) { world, console, app, clock in
            try console.switches(#"{"standalone":false,"version":"11.3.2","replication_seconds":2}"#)
            let arguments =
                [
                    "target", "add", "pingfederate", "other", "--app", "zoom-prod", "--admin-url", console.address,
                    "--connection", console.connection, "--user", console.user, "--password-stdin", "--ca-file",
                    console.caFile, "--replicate", "on-save",
                ]
            let refused = try world.runner.run(Programs.keyturn, arguments, input: console.password)
            #expect(refused.exit == 79 && refused.complains(), "\(refused)")
            for words in [
                "PingFederate 11.3.2 cannot replicate connections when they are saved (that needs 12.0)",
                "the target was not stored", "try: --replicate full",
            ] {
                #expect(refused.errors.contains(words), "\(refused.errors)")
            }
            #expect(!refused.errors.contains("knows no such thing"))

            #expect(try world.keyturn("target", "test", "console").exit == 0)
            let new = try rotate(world)
            try finish(new, world, console, app, clock)
            #expect(try posts(console) == 1)
        }
    }

    @Test func `a target that was added before the console went back says what to type`() throws {
        try TargetTests.withConsole(["--replicate", "on-save"]) { world, console, app, clock in
            try console.switches(#"{"standalone":false,"version":"11.3.2"}"#)
            let new = try rotate(world)
            try reason("cannot replicate connections when they are saved", world, app)
            let tested = try world.keyturn("target", "test", "console")
            #expect(tested.exit == 79 && tested.output.contains("PingFederate 11.3.2"), "\(tested)")
            #expect(tested.output.contains("keyturn target set console --replicate full"), "\(tested)")
            try console.switches(#"{"standalone":true}"#)
            try finish(new, world, console, app, clock)
        }
    }

    @Test func `of several engines the slowest counts, and no console`() throws {
        try TargetTests.withConsole(["--replicate", "full"]) { world, console, app, clock in
            try console.switches(
                #"{"standalone":false,"engines":3,"console_state":"FAILED","late_seconds":600}"#)
            let new = try rotate(world)
            try reason("10.0.0.4 is", world, app)
            #expect(try console.engineSecret() == new, "the first engine has it")
            try console.switches(#"{"late_seconds":0}"#)
            try finish(new, world, console, app, clock)
        }
    }

    @Test func `the success of an earlier replication is not ours`() throws {
        try TargetTests.withConsole(["--replicate", "full"]) { world, console, app, clock in
            try console.switches(#"{"standalone":false}"#)
            try world.must("target", "push", "console")
            try eventually("the engines to have it") {
                try world.keyturn("target", "show", "console", "--json").json["state"].string == "current"
            }
            // The console's times are compared to the second.
            let second = time(nil)
            try eventually("the second after the next") { time(nil) > second + 1 }
            try console.switches(#"{"replication_seconds":600,"stale_seconds":600}"#)
            let new = try rotate(world)
            try reason("10.0.0.2 still has the configuration of 20", world, app)
            try console.switches(#"{"replication_seconds":0,"stale_seconds":0}"#)
            try finish(new, world, console, app, clock)
        }
    }

    @Test func `a cluster without an engine is waited for and reported as such`() throws {
        try TargetTests.withConsole(["--replicate", "full"]) { world, console, app, clock in
            try console.switches(#"{"standalone":false,"engines":0}"#)
            let new = try rotate(world)
            try reason("the cluster lists no engine", world, app)
            let tested = try world.keyturn("target", "test", "console")
            #expect(tested.exit == 79 && tested.output.contains("lists no engine"), "\(tested)")
            try console.switches(#"{"engines":1}"#)
            try finish(new, world, console, app, clock)
        }
    }

    /// After a look that the console allows, and the failure is none of looking.
    private func isStillTold(_ words: String, _ world: World, _ clock: TestClock) throws {
        _ = try world.keyturn("target", "test", "console")
        try world.pass(950, on: clock)
        try clock.awaitLooks(5)
        #expect(
            try world.keyturn("target", "show", "console", "--json").json["failure"]["detail"].string?.contains(words)
                == true)
        let problems = try world.keyturn("status", "--json").json["problems"].elements
        #expect(
            problems.contains {
                $0["code"].string == "target_failed" && $0["detail"].string?.contains(words) == true
            }, "\(problems)")
    }

    @Test func `a replication that fails is reported until it succeeds`() throws {
        try TargetTests.withConsole(["--replicate", "full"]) { world, console, app, clock in
            try console.switches(#"{"standalone":false,"replication_fails":true}"#)
            let new = try rotate(world)
            try reason("replication failed on 10.0.0.2", world, app, clock)
            let since = try world.keyturn("target", "show", "console", "--json").json["failure"]["since"].string
            for _ in 0..<2 { try isStillTold("replication failed on 10.0.0.2", world, clock) }
            // Nor does the console's absence end it, whichever of the two is told of by then.
            try console.switches(#"{"status":503}"#)
            _ = try world.keyturn("target", "test", "console")
            try console.switches(#"{"status":null}"#)
            for _ in 0..<3 {
                _ = try world.keyturn("target", "test", "console")
                #expect(try !world.keyturn("target", "show", "console", "--json").json["failure"].isNull)
            }
            try reason("replication failed on 10.0.0.2", world, app, clock)
            try isStillTold("replication failed on 10.0.0.2", world, clock)
            #expect(try world.keyturn("target", "show", "console", "--json").json["failure"]["since"].string == since)
            try world.must("target", "set", "console", "--pin", console.fingerprint)
            #expect(
                try world.keyturn("target", "show", "console", "--json").json["failure"]["code"].string
                    == "replication")
            try console.switches(#"{"replication_fails":false}"#)
            try finish(new, world, console, app, clock)
            #expect(try world.keyturn("status", "--json").json["problems"].elements.isEmpty)
        }
    }

    @Test func `a missing permission is not taken for a console that stands alone`() throws {
        try TargetTests.withConsole(["--replicate", "full"]) { world, console, app, clock in
            try console.switches(#"{"cluster_forbidden":true,"standalone":false}"#)
            let new = try rotate(world)
            try reason("You do not have permission to do this.", world, app)
            let tested = try world.keyturn("target", "test", "console")
            #expect(tested.exit == 79 && tested.output.contains("give the account the role Admin"), "\(tested)")
            try isStillTold("You do not have permission to do this.", world, clock)
            try console.switches(#"{"cluster_forbidden":false}"#)
            try finish(new, world, console, app, clock)
        }
    }

    @Test func `a change by another administrator after our replication holds up nothing`() throws {
        try TargetTests.withConsole(["--replicate", "full"]) { world, console, app, clock in
            try console.switches(#"{"standalone":false,"replication_seconds":3}"#)
            let new = try rotate(world)
            try eventually("a replication to be asked for") { try posts(console) == 1 }
            try console.control("POST", "/connections/zoom-url/add")
            try finish(new, world, console, app, clock)
            #expect(try posts(console) == 1, "and their change was not replicated with ours")
        }
    }

    @Test func `a full replication is requested even where connections are replicated on save`() throws {
        try TargetTests.withConsole(["--replicate", "full"]) { world, console, app, clock in
            try console.switches(#"{"standalone":false,"replicate_on_save":true}"#)
            let new = try rotate(world)
            try finish(new, world, console, app, clock)
            #expect(try posts(console) == 1)
        }
    }

    @Test func `a connection without a replication state is judged by the cluster`() throws {
        try TargetTests.withConsole(["--replicate", "on-save"]) { world, console, app, clock in
            try console.switches(
                #"{"standalone":false,"replicate_on_save":true,"silent":true,"replication_seconds":600}"#)
            let new = try rotate(world)
            try reason("10.0.0.2 is", world, app)
            try console.switches(#"{"replication_seconds":0}"#)
            try finish(new, world, console, app, clock)
            #expect(try posts(console) == 0)
        }
    }
}
