import Foundation
import TestSupport
import Testing

/// Alerts as they arrive: at a command, in the log, over restarts.
@Suite(.realProcesses) struct AlertTests {
    /// Keeps what it gets on standard input, with its arguments and its environment.
    private static func receiver(_ world: World, fails: Bool = false) throws -> String {
        let path = world.directory + "/receiver"
        try """
        #!/bin/sh
        printf '%s\\n' "$*" >> \(world.heard)/arguments.txt
        env > \(world.heard)/environment.txt
        echo noise
        echo noise >&2
        cat >> \(world.heard)/alerts.txt
        test ! -e \(world.directory)/fail
        """.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    private static func received(_ world: World) throws -> [JSON] {
        let text = (try? String(contentsOfFile: world.heard + "/alerts.txt", encoding: .utf8)) ?? ""
        return try text.split(separator: "\n").map { try JSON(Array($0.utf8)) }
    }

    private static func words(_ alerts: [JSON]) -> [String] {
        alerts.map { alert in
            let state = alert["reminder"].bool == true ? "still" : alert["state"].string ?? ""
            return "\(state) \(alert["code"].string ?? "") \(alert["app"].string ?? "-")"
        }
    }

    private static func start(_ world: World, _ clock: TestClock, _ more: [String: String] = [:]) throws {
        try world.start("--key-file", world.keyFile, environment: clock.environment.merging(more) { $1 })
    }

    /// A daemon whose clock the test moves, and an app whose scopes are gone.
    private static func withReceiver(_ body: (World, TestClock, [String: String]) throws -> Void) throws {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            let environment = AlertServices.command(try receiver(world), "--from", "key turn")
            try start(world, clock, environment)
            try body(world, clock, environment)
        }
    }

    /// Lets time pass until as many alerts arrived as are wanted.
    private static func wait(
        _ what: String, _ world: World, _ clock: TestClock, step: Int = 15, until count: Int
    ) throws -> [String] {
        try eventually(what) {
            if try received(world).count >= count { return true }
            try world.pass(step, on: clock)
            return false
        }
        return words(try received(world))
    }

    /// Waits until the daemon knows that what arrived was taken.
    private static func awaitTaken(_ world: World) throws {
        try eventually("nothing to be undelivered") {
            try undelivered(world) == 0
        }
    }

    private static func undelivered(_ world: World) throws -> Int {
        try world.must("alert", "list", "--json").json["channels"].elements.reduce(0) {
            $0 + ($1["undelivered"].int ?? 0)
        }
    }

    private static func addWithoutScopes(_ world: World, _ name: String = "zoom-prod") throws {
        let app = try world.sandbox.addApp(secret: "plAnted-sEcret-\(name)", scopes: ["user:read:admin"])
        let outcome = try world.runner.run(
            Programs.keyturn, try world.adding(name, app, "--no-verify"), input: app.secret)
        guard outcome.exit == 0 else { throw HarnessError("app add: \(outcome)") }
        _ = try world.keyturn("app", "verify", name)
    }

    @Test func `each alert is sent once across restarts, and once more when it is resolved`() throws {
        try Self.withReceiver { world, clock, environment in
            try Self.addWithoutScopes(world)
            let first = try Self.wait("the scopes to be told of", world, clock, until: 1)
            #expect(first == ["raised missing_scopes zoom-prod"])
            try Self.awaitTaken(world)
            #expect(try world.must("alert", "list").output.contains("missing_scopes  zoom-prod  since "))
            let listed = try world.must("alert", "list", "--json").json
            #expect(listed["channels"].elements.map { $0["type"].string } == ["command"])
            #expect(listed["alerts"].elements.count == 1)
            #expect(
                try String(contentsOfFile: world.heard + "/arguments.txt", encoding: .utf8) == "--from key turn\n")
            let variables = try String(contentsOfFile: world.heard + "/environment.txt", encoding: .utf8)
            #expect(!variables.contains("KEYTURN_") && variables.contains("LANG=C.UTF-8"))
            #expect(Files.mode(world.state + "/alerts.json") == 0o600)

            // Neither an orderly restart nor a crash rings again.
            let log = try world.stop()
            #expect(log.errors.contains("alert=missing_scopes") && log.errors.contains(" severity=warning since="))
            for crashes in [true, false] {
                try Self.start(world, clock, environment)
                for _ in 0..<8 {
                    try world.pass(20, on: clock)
                    try clock.awaitLooks()
                }
                try Self.awaitTaken(world)
                #expect(try Self.received(world).count == 1)
                if crashes { try world.crash() } else { try world.stop() }
            }

            // A day later it is told again, and at its end it is over.
            try Self.start(world, clock, environment)
            try world.pass(86_400, on: clock)
            #expect(
                try Self.wait("a reminder", world, clock, until: 2).last == "still missing_scopes zoom-prod")
            try world.must("app", "remove", "zoom-prod", "--yes")
            #expect(
                try Self.wait("its end", world, clock, until: 3).last == "resolved missing_scopes zoom-prod")
            try Self.awaitTaken(world)
            #expect(try world.must("alert", "list").output.hasPrefix("no alerts\n"))
            let ids = Set(try Self.received(world).compactMap { $0["id"].string })
            #expect(ids.count == 1)
        }
    }

    @Test func `an alert that was not delivered is sent again, and nothing in it is a secret`() throws {
        try Self.withReceiver { world, clock, _ in
            let fail = world.directory + "/fail"
            try "".write(toFile: fail, atomically: true, encoding: .utf8)
            try Self.addWithoutScopes(world)
            let app = try world.sandbox.addApp(secret: "right")
            let wrong = "plAnted-wrOng-secret-0123456789"
            #expect(
                try world.runner.run(
                    Programs.keyturn, try world.adding("zoom-wrong", app, "--no-verify"), input: wrong
                ).exit == 0)
            _ = try world.keyturn("token", "zoom-wrong", "--refresh")
            _ = try Self.wait("some tries", world, clock, until: 3)
            #expect(try world.must("alert", "list").output.contains(" still to be sent\n"))
            let tested = try world.keyturn("alert", "test")
            #expect(tested.exit == 75 && tested.errors.isEmpty && tested.output.contains("ended with status 1"))
            try FileManager.default.removeItem(atPath: fail)
            try eventually("everything to be taken") {
                try world.pass(60, on: clock)
                return try Self.undelivered(world) == 0
                    && Self.words(Self.received(world)).contains("raised invalid_client zoom-wrong")
            }
            #expect(try world.must("alert", "test").output == "page: accepted by \(world.directory)/receiver\n")
            #expect(try Self.received(world).last?["code"].string == "test")
            #expect(
                try world.ask("GET", "/v1/metrics").text.contains("keyturn_alerts_undelivered{channel=\"page\"} 0\n"))
            try world.stop()
            for file in [world.heard + "/alerts.txt", world.state + "/alerts.json"] {
                let text = try String(contentsOfFile: file, encoding: .utf8)
                #expect(text.contains("zoom-wrong") && !text.contains("plAnted"), "\(file)")
            }
        }
    }

    @Test func `without settings, alerts go to the log alone`() throws {
        try withWorld { world in
            let tested = try world.must("alert", "test").output
            #expect(tested.hasPrefix("written to the daemon's log only"))
            #expect(try world.must("alert", "test", "--json").json["channels"].elements.isEmpty == true)
            #expect(try world.stop().errors.contains("alert=test"))
        }
    }

    @Test func `a command may be one text`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try "alerts.channels: {page: {type: command, command: \"\(try Self.receiver(world)) --to 'my team'\"}}\n"
                .write(
                    toFile: world.configuration, atomically: true, encoding: .utf8)
            try world.start()
            try world.must("alert", "test")
            #expect(
                try String(contentsOfFile: world.heard + "/arguments.txt", encoding: .utf8) == "--to my team\n")
        }
    }
}
