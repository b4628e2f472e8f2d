import Foundation
import TestSupport
import Testing

/// Alerts at stand-ins for Slack, Teams, PagerDuty, a webhook and mail servers, which check each format.
@Suite(.realProcesses) struct AlertChannelTests {
    /// A daemon whose clock the test moves, and services.
    private static func withServices(_ body: (World, AlertServices, TestClock) throws -> Void) throws {
        try withWorld(serving: false) { world in
            let services = try AlertServices(world)
            defer { services.end() }
            try world.initialise()
            try body(world, services, try TestClock(in: world.directory))
        }
    }

    private static func write(_ channels: [(String, String)], _ world: World) throws {
        let lines = channels.map { "    \($0.0): \($0.1)\n" }.joined()
        try "alerts:\n  channels:\n\(lines)".write(toFile: world.configuration, atomically: true, encoding: .utf8)
    }

    private static func start(_ world: World, _ clock: TestClock) throws {
        try world.start("--key-file", world.keyFile, environment: clock.environment)
    }

    /// An app without scopes, about which there is a warning.
    private static func add(_ world: World, _ name: String) throws {
        let app = try world.sandbox.addApp(secret: "plAnted-sEcret-\(name)", scopes: ["user:read:admin"])
        let outcome = try world.runner.run(
            Programs.keyturn, try world.adding(name, app, "--no-verify"), input: app.secret)
        guard outcome.exit == 0 else { throw HarnessError("app add: \(outcome)") }
        _ = try world.keyturn("app", "verify", name)
    }

    private static func wait(_ what: String, _ world: World, _ clock: TestClock, until isSo: () throws -> Bool) throws {
        try eventually(what) {
            if try isSo() { return true }
            try world.pass(15, on: clock)
            return false
        }
    }

    private static func channel(_ name: String, _ world: World) throws -> JSON {
        let channels = try world.must("alert", "list", "--json").json["channels"].elements
        return try #require(channels.first { $0["name"].string == name })
    }

    @Test func `each service gets the beginning, a reminder and the end, as its published format has them`() throws {
        try Self.withServices { world, services, clock in
            let kinds = ["webhook", "slack", "teams", "pagerduty", "smtp"]
            try Self.write(
                kinds.map { ($0, services.channel($0)) } + [
                    ("pager", services.channel("webhook", "least_severity: critical")),
                    ("implicit", services.channel("smtps", "least_severity: critical")),
                    ("plain", services.channel("plain", "least_severity: critical")),
                ], world)
            try Self.start(world, clock)
            let tested = try world.must("alert", "test").output
            #expect(
                tested.split(separator: "\n").count == 8 && tested.contains("slack: accepted by \(services.origin)\n"))
            #expect(try services.received("smtp").count == 3 && services.received("webhook").count == 2)
            let servers = try services.received("smtp").map {
                "\($0["server"].string ?? "") \($0["user"].string ?? "-")"
            }
            #expect(Set(servers) == ["starttls keyturn", "implicit keyturn", "plain -"])

            try Self.add(world, "zoom-prod")
            try Self.wait("the beginning", world, clock) {
                try kinds.allSatisfy { try services.received($0).count >= 2 }
            }
            try Self.wait("no delivery to be left", world, clock) {
                try kinds.allSatisfy { try Self.channel($0, world)["undelivered"].int == 0 }
            }
            try world.pass(86_400, on: clock)
            try Self.wait("a reminder", world, clock) { try services.received("pagerduty").count >= 3 }
            try world.must("app", "remove", "zoom-prod", "--yes")
            try Self.wait("the end", world, clock) {
                try services.received("pagerduty").last?["event_action"].string == "resolve"
                    && services.received("smtp").count == 6
                    && services.received("teams").count == 4 && services.received("slack").count == 4
            }
            let events = try services.received("pagerduty").dropFirst()
            #expect(events.map { $0["event_action"].string } == ["trigger", "trigger", "resolve"])
            #expect(Set(events.map { $0["dedup_key"].string }).count == 1)
            #expect(events.first?["payload"]["severity"].string == "warning")
            #expect(events.allSatisfy { $0["routing_key"].string == AlertServices.routingKey })
            let mails = try services.received("smtp").dropFirst(3).map { $0["fields"] }
            #expect(mails.map { $0["subject"].string?.contains("missing_scopes (zoom-prod)") } == [true, true, true])
            let first = mails.first?["message-id"].string
            #expect(
                mails.dropFirst().allSatisfy { $0["in-reply-to"].string == first && $0["references"].string == first })
            #expect(Set(mails.map { $0["message-id"].string }).count == 3)
            #expect(
                try services.received("webhook").filter { $0["code"].string != "test" }.count == 3,
                "a channel for critical alerts got none")

            let log = try world.stop().errors
            let saved = try String(contentsOfFile: world.state + "/alerts.json", encoding: .utf8)
            for text in [log, saved, tested] { #expect(!text.contains("plAnted")) }
        }
    }

    @Test func `a channel that hangs delays no other, which is told of it`() throws {
        try Self.withServices { world, services, clock in
            try Self.write([("team", services.channel("slack")), ("mail", services.channel("smtp"))], world)
            try services.answer("slack", "hang")
            try Self.start(world, clock)
            try Self.add(world, "zoom-prod")
            try Self.wait("the mail", world, clock) { try services.received("smtp").count >= 1 }
            #expect(try services.received("slack").isEmpty)
            try services.answer("slack", "503")
            func subjects() throws -> String {
                try services.received("smtp").map { $0["fields"]["subject"].string ?? "" }.joined(separator: "\n")
            }
            try Self.wait("the mail about the outage", world, clock) {
                try subjects().contains("warning: alerts_undelivered")
            }
            let text = try #require(try services.received("smtp").last?["text"].string)
            #expect(text.contains("team since ") && text.contains("answered 503"), "\(text)")
            #expect(try world.keyturn("status").output.contains("alerts_undelivered"))
            let listed = try world.must("alert", "list").output
            #expect(
                listed.contains("    not accepted since ") && listed.contains("try: keyturn alert test team"),
                "\(listed)")
            let tested = try world.keyturn("alert", "test", "team")
            #expect(tested.exit == 75 && tested.output.contains("team: not accepted: \(services.origin) answered 503"))
            #expect(try world.must("alert", "test", "mail").output.hasPrefix("mail: accepted by smtp://localhost:"))
            let unknown = try world.keyturn("alert", "test", "fax")
            #expect(unknown.exit == 66 && unknown.complains() && unknown.errors.contains("team, mail"))
            #expect(
                try world.ask("GET", "/v1/metrics").text.contains("keyturn_alerts_undelivered{channel=\"mail\"} 0\n"))
            let doctor = try world.diagnosis()
            #expect(doctor["alerts"] == "warning", "\(doctor)")

            try services.answer("slack", nil)
            try Self.wait("its recovery to be told of", world, clock) {
                try subjects().contains("resolved: alerts_undelivered")
            }
            #expect(try services.received("slack").count >= 1)
            #expect(try !world.keyturn("status").output.contains("alerts_undelivered"))
        }
    }

    @Test func `a refused alert is logged once and is not repeated, and a rate limit is heeded`() throws {
        try Self.withServices { world, services, clock in
            try Self.write([("oncall", services.channel("pagerduty")), ("team", services.channel("slack"))], world)
            try services.answer("pagerduty", "400")
            try services.answer("slack", "429 1800")
            try Self.start(world, clock)
            try Self.add(world, "zoom-prod")
            try Self.wait("the refusal", world, clock) {
                try services.attempts("pagerduty") >= 1 && services.attempts("slack") >= 1
            }
            for _ in 0..<20 {
                try world.pass(60, on: clock)
                try clock.awaitLooks()
            }
            // Since then there is an alert about each of the two channels as well, which is tried once more.
            let attempts = try (services.attempts("pagerduty"), services.attempts("slack"))
            #expect((1...3).contains(attempts.0) && attempts.1 == 1, "\(attempts)")
            let oncall = try Self.channel("oncall", world)
            #expect((oncall["refused"].int ?? 0) >= 1 && oncall["reason"].string?.hasSuffix("answered 400") == true)
            let log = try String(contentsOfFile: world.daemon.errors, encoding: .utf8)
            let told = log.split(separator: "\n").filter { $0.contains("an alert was refused") }
            #expect(told.count == Set(told.map { $0.split(separator: " id=").last }).count && !told.isEmpty, "\(told)")

            try services.answer("pagerduty", nil)
            try world.must("alert", "test", "oncall")
            try Self.wait("what was refused", world, clock) {
                try services.received("pagerduty").contains { $0["payload"]["class"].string == "missing_scopes" }
            }
        }
    }

    @Test func `no password leaves without TLS that is trusted`() throws {
        try Self.withServices { world, services, clock in
            let strange = services.channel("smtp").replacing(
                services.caFile, with: "/etc/ssl/certs/ca-certificates.crt")
            let plain = services.channel(
                "plain", "tls: required, user: keyturn, password_file: \(services.passwordFile)")
            let wrong = services.channel("smtp").replacing("user: keyturn", with: "user: plAnted-other")
            try Self.write([("strange", strange), ("plain", plain), ("wrong", wrong)], world)
            try Self.start(world, clock)
            let tested = try world.keyturn("alert", "test")
            #expect(tested.exit == 75, "\(tested)")
            #expect(
                tested.output.contains("strange: not accepted: ")
                    && tested.output.contains("certificate is not trusted"))
            #expect(
                tested.output.contains("plain: not accepted: ") && tested.output.contains("does not offer STARTTLS"))
            #expect(tested.output.contains("the server does not accept the login: 535"))
            #expect(!tested.output.contains("plAnted") && !tested.output.contains(AlertServices.password))
            #expect(try services.attempts("smtp") == 0)
            try services.answer("smtp", "550 5.1.1 no such user")
            try Self.write([("mail", services.channel("smtp"))], world)
            try world.daemon.child.signal(SIGHUP)
            try eventually("the server's refusal") {
                try world.keyturn("alert", "test").output.contains("did not accept the mail: 550 5.1.1 no such user")
            }
            #expect(try world.stop().errors.contains("plAnted") == false)
        }
    }

    @Test func `channels may be added, renamed and removed while the daemon serves`() throws {
        try Self.withServices { world, services, clock in
            try Self.write([("team", services.channel("slack"))], world)
            try Self.start(world, clock)
            try Self.add(world, "zoom-prod")
            try Self.wait("Slack to be told", world, clock) { try services.received("slack").count == 1 }
            // A new one gets what is active; one that stays gets nothing twice.
            try Self.write([("team", services.channel("slack")), ("oncall", services.channel("pagerduty"))], world)
            try world.daemon.child.signal(SIGHUP)
            try Self.wait("PagerDuty to be told", world, clock) { try services.received("pagerduty").count == 1 }
            let key = try services.received("pagerduty").first?["dedup_key"].string
            // Another name is another channel, and the alert has the same key there.
            try Self.write([("pager", services.channel("pagerduty"))], world)
            try world.daemon.child.signal(SIGHUP)
            try Self.wait("PagerDuty to be told again", world, clock) { try services.received("pagerduty").count == 2 }
            #expect(try services.received("pagerduty").last?["dedup_key"].string == key)
            try world.must("app", "remove", "zoom-prod", "--yes")
            try Self.wait("the end", world, clock) {
                try services.received("pagerduty").last?["event_action"].string == "resolve"
            }
            #expect(try services.received("pagerduty").count == 3 && services.received("slack").count == 1)
            let names = try world.must("alert", "list", "--json").json["channels"].elements.map { $0["name"].string }
            #expect(names == ["pager"])
        }
    }
}
