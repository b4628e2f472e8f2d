import Foundation
import TestSupport
import Testing

/// The commands around push targets.
@Suite(.realProcesses) struct TargetCommandTests {
    @Test func `a dry run checks everything and changes nothing`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            let puts = try console.calls("PUT")
            let test = try world.keyturn("target", "test", "console")
            #expect(test.exit == 0, "\(test)")
            for words in ["12.1", "OAuth secret", "is standalone", "nothing was pushed yet"] {
                #expect(test.output.contains(words), "\(words)")
            }
            let discovered = try world.keyturn("target", "discover", "console", "--json").json
            #expect(discovered["client_secret_field"].string == "OAuth secret")
            #expect(discovered["account_id_field"].string == "Account")
            #expect(discovered["client_id_field"].string == "OAuth client")
            #expect(discovered["connections"].elements.map { $0["id"].string } == [console.connection])
            #expect(try console.calls("PUT") == puts && console.calls("POST") == 0)
            #expect(try console.secret() == "placeholder")

            try console.switches(#"{"status":401}"#)
            let refused = try world.keyturn("target", "test", "console")
            #expect(refused.exit == 79 && refused.output.contains("does not accept the login"), "\(refused)")
            #expect(try world.keyturn("doctor").output.contains("'console', console: the console does not accept"))
        }
    }

    @Test func `the shown target has no password and survives a restart`() throws {
        try TargetTests.withConsole { world, console, _, clock in
            let shown = try world.keyturn("target", "show", "console", "--json")
            #expect(!shown.output.contains(console.password))
            #expect(try shown.json["login"].string == "basic" && shown.json["trust"].string == "ca")
            #expect(try shown.json["state"].string == "new" && shown.json["settle"].int == 0)
            #expect(try world.keyturn("status").output.contains("keyturn target push console"))
            try world.must("target", "push", "console")
            #expect(try console.secret() == world.fetchedSecret())
            let log = try world.keyturn("audit", "show", "--app", "zoom-prod").output
            #expect(["target.add", "target.pushed"].allSatisfy(log.contains), "\(log)")
            #expect(!log.contains(console.password))
            try world.stop()
            try world.start(environment: clock.environment)
            let again = try world.keyturn("target", "show", "console", "--json").json
            #expect(try again["generation"].int == 1 && again["admin_url"].string == shown.json["admin_url"].string)
            try world.must("target", "push", "console")

            try world.must("target", "remove", "console", "--yes")
            #expect(try world.keyturn("target", "show", "console").exit == 66)
            #expect(try console.secret() == world.fetchedSecret(), "what is there stays there")
            try world.must("rotate", "zoom-prod", "--overlap", "0s")
            _ = try world.fetchedSecret()
            try eventually("the end") { try world.openRotations().isEmpty }
        }
    }

    @Test func `a change by another administrator is reported and not reverted`() throws {
        try TargetTests.withConsole { world, console, _, clock in
            try world.must("target", "push", "console")
            #expect(try world.keyturn("status", "--json").json["problems"].elements.isEmpty)
            try console.edit(#"{"OAuth secret":"by hand"}"#)
            try world.pass(3700, on: clock)
            func isReported() throws -> Bool {
                try world.keyturn("status", "--json").json["problems"].elements.contains {
                    $0["code"].string == "target_changed"
                }
            }
            try eventually("the change to be seen") { try isReported() }
            #expect(try console.secret() == "by hand")
            #expect(try world.keyturn("target", "test", "console").exit == 79)
            try world.must("target", "accept", "console", "--yes")
            #expect(try !isReported() && console.secret() == "by hand")
            #expect(try world.keyturn("target", "test", "console").exit == 0)
            try world.pass(3700, on: clock)
            #expect(try !isReported())
            try world.must("target", "push", "console")
            #expect(try console.secret() == world.fetchedSecret())
        }
    }

    @Test func `another app's connection is not accepted as this one's`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            try world.must("target", "push", "console")
            try console.edit(#"{"OAuth client":"another-app"}"#)
            let tested = try world.keyturn("target", "test", "console")
            #expect(tested.exit == 79 && !tested.output.contains("adopt"), "\(tested)")
            let refused = try world.keyturn("target", "accept", "console", "--yes")
            #expect(refused.exit == 79 && refused.complains(), "\(refused)")
            #expect(refused.errors.contains("is not the app's client ID any more"), "\(refused)")
            let problem = try world.keyturn("status", "--json").json["problems"].elements.first
            #expect(problem?["code"].string == "target_changed", "it is still told of")
            #expect(problem?["try"].string?.contains("keyturn target remove console") == true)
            try world.must("target", "push", "console")
            #expect(try world.keyturn("status", "--json").json["problems"].elements.isEmpty)
        }
    }

    @Test func `text for people names the target`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            try world.must("target", "set", "console", "--settle", "1s", "--restore-drift")
            let told = try world.must("audit", "tail").output
            #expect(told.contains("target console  changed settle; restore_drift"), "\(told)")
            let plan = try world.must("rotate", "zoom-prod", "--dry-run")
            #expect(plan.output.contains("pushed to") && plan.output.contains("console"), "\(plan)")
            #expect(
                try world.must("rotate", "zoom-prod", "--dry-run", "--json").json["targets"].elements.map(\.string)
                    == ["console"])
            // There is no target yet that `target discover` could take the name of.
            let missing = try world.runner.run(
                Programs.keyturn,
                [
                    "target", "add", "pingfederate", "second", "--app", "zoom-prod", "--admin-url", console.address,
                    "--connection", "gone", "--user", console.user, "--password-stdin", "--ca-file", console.caFile,
                ], input: console.password)
            #expect(missing.exit == 79, "\(missing)")
            #expect(missing.errors.contains(": keyturn target discover --admin-url \(console.address)"), "\(missing)")
        }
    }

    @Test func `a slow console holds up no other work`() throws {
        try TargetTests.withConsole { world, console, app, clock in
            try world.addApp("other")
            try console.switches(#"{"delay":50}"#)
            let old = try world.fetchedSecret()
            let rotate = try world.runner.start(Programs.keyturn, ["rotate", "zoom-prod", "--overlap", "0s"])
            let new = try eventually("the new secret") {
                try world.fetchedSecret().flatMap { $0 == old ? nil : $0 }
            }
            try eventually("the push to be under way") { try console.calls("PUT") > 0 }
            #expect(try new != app.secret && console.secret() == "placeholder")
            #expect(try world.sandbox.accepts(app.secret, of: app), "the engines use it")
            let other = try world.fetchedSecret("other")
            try world.must("rotate", "other", "--overlap", "0s")
            #expect(try world.fetchedSecret("other") != other && world.keyturn("status").exit == 0)
            #expect(try console.secret() == "placeholder", "all that went on beside the push")
            try console.switches(#"{"delay":0}"#)
            try eventually("the console to have it") { try console.secret() == new }
            _ = try rotate.outcome()
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try !world.sandbox.accepts(app.secret, of: app))
        }
    }

    @Test func `a change by another administrator is found when a rotation begins`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            try world.must("target", "push", "console")
            try console.edit(#"{"OAuth secret":"by hand"}"#)
            // Zoom takes its time, so that nothing is pushed yet.
            try world.sandbox.control(
                "POST", "/faults", #"{"fault":"delay","path":"/v2/marketplace","method":"POST","delay_ms":20000}"#)
            let rotate = try world.runner.start(Programs.keyturn, ["rotate", "zoom-prod", "--overlap", "0s"])
            try eventually("the change to be seen, long before an hour is over") {
                try world.keyturn("status", "--json").json["problems"].elements.contains {
                    $0["code"].string == "target_changed"
                }
            }
            #expect(try console.secret() == "by hand")
            rotate.child.end()
        }
    }

    @Test func `a failure in PingFederate's log after a push shows in the status`() throws {
        try TargetTests.withConsole { world, _, app, clock in
            let log = world.directory + "/provisioner-audit.log"
            func write(_ outcome: String, channel: Int = 3) throws {
                let old = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                let line = "2026-11-25 10:00:00,123| 6b9e| \(channel)| UPDATE| uid=ann| z8| \(outcome)\n"
                try (old + line).write(toFile: log, atomically: false, encoding: .utf8)
            }
            func problem() throws -> JSON? {
                clock.pass(1)
                return try world.keyturn("status", "--json").json["problems"].elements.first {
                    $0["code"].string?.hasPrefix("provision") == true
                }
            }
            try write("false| of before")
            try world.must("target", "push", "console")
            let refused = try world.keyturn("target", "set", "console", "--provisioner-log", "log")
            #expect(refused.exit == 65 && refused.complains(), "\(refused)")
            try world.must("target", "set", "console", "--provisioner-log", log, "--provisioner-channel", "3")
            _ = try eventually("the log to be read") {
                clock.pass(1)
                return try world.keyturn("target", "show", "console", "--json").json["provisioner"]["since"].string
            }
            try write("false| another's", channel: 4)
            try write("false| 401 invalid_client, said \(app.secret)")
            let failing = try eventually("the failure to be seen") { try problem() }
            #expect(failing["code"].string == "provisioning_failing" && failing["app"].string == "zoom-prod")
            let detail = try #require(failing["detail"].string)
            #expect(
                detail.contains("1 of 1 changes failed") && detail.contains("withheld") && !detail.contains(app.secret))
            try write("true| ")
            try eventually("it to be over") { try problem() == nil }
            #expect(try world.keyturn("target", "show", "console").output.contains("1 succeeded and 1 failed"))

            try FileManager.default.removeItem(atPath: log)
            try FileManager.default.createDirectory(atPath: log, withIntermediateDirectories: false)
            let unreadable = try eventually("that to be said") { try problem() }
            #expect(unreadable["code"].string == "provisioner_log_unreadable")
            try world.must("target", "set", "console", "--provisioner-log", "")
            #expect(try problem() == nil)
            #expect(try world.keyturn("target", "show", "console", "--json").json["provisioner"].isNull)
        }
    }

    @Test func `a connection that was pointed at another app is not taken back`() throws {
        try TargetTests.withConsole { world, console, app, clock in
            try world.must("target", "push", "console")
            try console.edit(#"{"OAuth client":"another app's","OAuth secret":"another secret"}"#)
            _ = try world.keyturn("rotate", "zoom-prod", "--overlap", "0s")
            let held = try eventually("it to be held") {
                try world.openRotations().first.flatMap { $0["state"].string == "blocked" ? $0 : nil }
            }
            #expect(held["reason"].string?.contains("changed it") == true)
            #expect(try console.secret() == "another secret" && world.sandbox.accepts(app.secret, of: app))
            try world.must("target", "push", "console")
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try console.secret() == world.fetchedSecret())
        }
    }

    @Test(arguments: ["y", "n"])
    func `at a terminal target add asks for everything and stores it after a yes`(_ word: String) throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let console = try world.console()
            defer { console.end() }
            let run = try world.atTerminal(
                ["target", "add", "pingfederate", "console"],
                answering: [
                    ("app: ", "zoom-prod"), ("console, as", console.address), ("user at the console: ", console.user),
                    ("password: ", console.password), ("pin it", "y"), ("which one? ", "1"),
                    ("store the target?", word),
                ])
            #expect(!run.output.contains(console.password), "it was echoed")
            let pairs = run.output.replacing(":", with: "").lowercased()
            #expect(pairs.contains(console.fingerprint) && run.output.contains("OAuth secret"), "\(run)")
            let targets = try world.keyturn("target", "list", "--json").json["targets"].elements
            #expect(try console.calls("PUT") == 0 && console.secret() == "placeholder")
            guard word == "y" else {
                #expect(run.exit == 64 && targets.isEmpty, "\(run)")
                return
            }
            #expect(run.exit == 0 && targets.first?["pin"].string == console.fingerprint, "\(run)")
            #expect(targets.first?["connection"].string == console.connection)
        }
    }

    @Test func `bad input is refused in clear words`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let base = [
                "target", "add", "pingfederate", "console", "--app", "zoom-prod", "--admin-url", "https://127.0.0.1:1",
                "--connection", "c",
            ]
            let login = ["--user", "u", "--password-stdin"]
            let file = world.directory + "/not-pem"
            try Data("nothing".utf8).write(to: URL(filePath: file))
            for (arguments, exit) in [
                (base, 64), (base + login + ["--pin", "abc"], 65), (base + login + ["--ca-file", file], 65),
                (base + login + ["--ca-file", file + ".missing"], 74),
                (base + login + ["--pin", "abc", "--ca-file", file], 64),
                (base + ["--client-cert", file, "--client-key", file], 65),
                (base + login + ["--client-cert", file, "--client-key", file], 64),
                (base + login + ["--settle", "30d"], 65), (base + login, 75),
                (["target", "add", "pingfederate", "x", "--app", "none"] + base.dropFirst(6) + login, 66),
                (["target", "show", "nothing"], 66), (["target", "push", "nothing"], 66),
            ] as [([String], Int32)] {
                let outcome = try world.runner.run(Programs.keyturn, arguments, input: "PlantedPassword")
                #expect(outcome.exit == exit && outcome.complains(), "\(arguments): \(outcome)")
                #expect(!outcome.errors.contains("Planted"))
            }
            let http = try world.runner.run(
                Programs.keyturn, base.map { $0 == "https://127.0.0.1:1" ? "http://console.example.com" : $0 } + login,
                input: "PlantedPassword")
            #expect(http.exit == 65 && http.complains(), "\(http)")
        }
    }
}
