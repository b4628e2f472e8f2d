import Foundation
import TestSupport
import Testing

/// Alerts as they arrive: at a command, at a webhook, in the log, over restarts.
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
            let environment = ["KEYTURN_ALERTS_COMMAND": "\(try receiver(world)) --from 'key turn'"]
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
            try world.must("alert", "list", "--json").json["undelivered"].int == 0
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
            #expect(listed["channel"].string == "command" && listed["alerts"].elements.count == 1)
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
            #expect(try world.must("alert", "list").output == "no alerts\n")
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
            #expect(try world.must("alert", "list").output.contains("still to be sent to the command"))
            let tested = try world.keyturn("alert", "test")
            #expect(tested.exit == 75 && tested.complains() && tested.errors.contains("ended with status 1"))
            try FileManager.default.removeItem(atPath: fail)
            try eventually("everything to be taken") {
                try world.pass(60, on: clock)
                let undelivered = try world.must("alert", "list", "--json").json["undelivered"].int
                return try undelivered == 0
                    && Self.words(Self.received(world)).contains("raised invalid_client zoom-wrong")
            }
            #expect(try world.must("alert", "test").output == "the command accepted it\n")
            #expect(try Self.received(world).last?["code"].string == "test")
            #expect(try world.ask("GET", "/v1/metrics").text.contains("keyturn_alerts_undelivered 0\n"))
            try world.stop()
            for file in [world.heard + "/alerts.txt", world.state + "/alerts.json"] {
                let text = try String(contentsOfFile: file, encoding: .utf8)
                #expect(text.contains("zoom-wrong") && !text.contains("plAnted"), "\(file)")
            }
        }
    }

    @Test func `a webhook gets JSON, and its address appears nowhere`() throws {
        try withWorld(serving: false) { world in
            let hook = try Hook(world)
            defer { hook.end() }
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            let environment = ["KEYTURN_ALERTS_WEBHOOK": "http://127.0.0.1:\(hook.port)/hooks/plAnted-tOken"]
            try Self.start(world, clock, environment)
            #expect(try world.must("alert", "test").output == "the webhook accepted it\n")
            #expect(try hook.bodies().map { $0["code"].string } == ["test"])
            try Self.addWithoutScopes(world)
            try eventually("the webhook to be told") {
                try world.pass(15, on: clock)
                return try hook.bodies().count >= 2
            }
            #expect(try Self.words(hook.bodies()).last == "raised missing_scopes zoom-prod")
            let text = try hook.bodies().last?["text"].string ?? ""
            #expect(text.hasPrefix("keyturn: warning: missing_scopes (zoom-prod): "))
            hook.end()
            let refused = try world.keyturn("alert", "test")
            #expect(refused.exit == 75 && refused.errors.contains("http://127.0.0.1:\(hook.port): unreachable"))
            let log = try world.stop()
            #expect(!log.errors.contains("plAnted") && !refused.errors.contains("plAnted"))
        }
    }

    @Test func `without settings, alerts go to the log alone`() throws {
        try withWorld { world in
            let tested = try world.must("alert", "test").output
            #expect(tested.hasPrefix("written to the daemon's log only"))
            #expect(try world.must("alert", "test", "--json").json["channel"].string == "log")
            #expect(try world.stop().errors.contains("alert=test"))
        }
    }

    @Test(arguments: [
        ("webhook: http://192.0.2.1/x", "alerts.webhook is not an https URL"), ("webhook: ftp://x/", "alerts.webhook"),
        ("command: page", "alerts.command is not a command"), ("command: [page]", "alerts.command is not a command"),
        ("command: [/bin/true, [x]]", "alerts.command is not a list of words"),
        ("command: /bin/true\n  webhook: https://example.com/", "use only one"),
    ]) func `bad configuration ends with 78`(_ text: String, _ words: String) throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try "alerts:\n  \(text)\n".write(toFile: world.configuration, atomically: true, encoding: .utf8)
            let outcome = try world.keyturnd("serve", "--key-file", world.keyFile)
            #expect(outcome.exit == 78 && outcome.complains(as: "keyturnd"), "\(outcome)")
            #expect(outcome.errors.contains(words), "\(outcome)")
        }
    }

    @Test func `a command may be given as a list`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try "alerts:\n  command: [\(try Self.receiver(world)), --to, \"it's me\"]\n".write(
                toFile: world.configuration, atomically: true, encoding: .utf8)
            try world.start()
            try world.must("alert", "test")
            #expect(
                try String(contentsOfFile: world.heard + "/arguments.txt", encoding: .utf8) == "--to it's me\n")
        }
    }
}

/// A webhook that takes everything and keeps it: Python's own server.
private final class Hook {
    private let running: Running
    private let file: String
    let port: Int

    init(_ world: World) throws {
        file = world.directory + "/hook.txt"
        let announced = world.directory + "/hook.port"
        let script = """
            import http.server, sys
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    assert self.headers["Content-Type"] == "application/json"
                    with open(sys.argv[1], "ab") as file: file.write(body + b"\\n")
                    self.send_response(204)
                    self.end_headers()
            server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
            with open(sys.argv[2], "w") as file: file.write(f"{server.server_port}\\n")
            server.serve_forever()
            """
        running = try world.runner.start("python3", ["-c", script, file, announced])
        port = try eventually("the webhook to listen") {
            let text = (try? String(contentsOfFile: announced, encoding: .utf8)) ?? ""
            return text.hasSuffix("\n") ? Int(text.dropLast()) : nil
        }
    }

    func bodies() throws -> [JSON] {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return try text.split(separator: "\n").map { try JSON(Array($0.utf8)) }
    }

    func end() { running.child.end() }
}
