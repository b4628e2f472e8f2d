import Foundation
import Testing

/// `keyturnd check-config`: what a restart would say of the settings, without one.
@Suite(.realProcesses) struct CheckConfigTests {
    private static func check(_ text: String, _ world: World, _ more: String...) throws -> Outcome {
        try Data(text.utf8).write(to: URL(filePath: world.configuration))
        return try world.runner.run(Programs.keyturnd, ["check-config"] + more)
    }

    @Test func `a configuration that a start accepts passes, and nothing is created`() throws {
        try withWorld(serving: false) { world in
            let fine = try Self.check("agent:\n  mode: '0660'\nlog:\n  level: debug\n", world)
            #expect(fine.exit == 0 && fine.errors.isEmpty, "\(fine)")
            #expect(fine.output == "\(world.configuration): a restart would accept these settings\n")
            #expect(!Files.exists(world.state) && !Files.exists(world.runtime))
            let json = try Self.check("", world, "--json").json
            #expect(json["valid"].bool == true && json["file"].string == world.configuration)
            let doubtful = try Self.check(
                "agent:\n  mode: '0600'\n  group: daemon\nalerts:\n  channels:\n    page: {type: command, command: /nowhere/at/all}\n",
                world)
            #expect(doubtful.exit == 0, "\(doubtful)")
            #expect(
                doubtful.output.contains("warning: agent.group has no effect: agent.mode 0600 gives groups no access"))
            #expect(doubtful.output.contains("warning: alerts.channels.page: cannot run /nowhere/at/all"))
        }
    }

    @Test(arguments: [
        ("agent:\n  mod: '0600'\n", "agent.mod is not a setting"), ("a: [\n", "is not valid YAML"),
        ("agent:\n  group: no-such-group-here\n", "agent.group: there is no group 'no-such-group-here'"),
        ("admin:\n  viewer_group: no-such-group-here\n", "admin.viewer_group: there is no group"),
        ("zoom:\n  ca_file: /nowhere/ca.pem\n", "zoom.ca_file: cannot read /nowhere/ca.pem"),
        (
            "alerts:\n  channels:\n    hook:\n      type: slack\n      url: ftp://example.com/\n",
            "line 5: alerts.channels.hook.url is not an https URL"
        ),
        (
            "alerts:\n  channels:\n    mail: {type: smtp, url: 'smtp://m', from: a@b, to: c@d, ca_file: /nowhere}\n",
            "alerts.channels.mail.ca_file: cannot read /nowhere"
        ),
        (
            "alerts:\n  channels:\n    pd: {type: pagerduty, routing_key_file: /nowhere}\n",
            "alerts.channels.pd.routing_key_file: cannot read /nowhere"
        ),
        ("unlock:\n  key_file: /nowhere/key\n", "cannot read the key file /nowhere/key"),
        ("unlock:\n  command: /nowhere/program\n", "unlock.command: cannot run /nowhere/program"),
        ("unlock:\n  command: echo secret\n", "absolute path"),
        ("metrics:\n  listen: 0.0.0.0:9100\n", "metrics.listen"),
        ("metrics:\n  listen: 127.0.0.1:81\n", "metrics.listen: a port below 1024 needs a privilege"),
    ]) func `a configuration that a start refuses ends with 78 and is named`(_ text: String, _ words: String) throws {
        try withWorld(serving: false) { world in
            let outcome = try Self.check(text, world)
            #expect(outcome.exit == 78 && outcome.complains(as: "keyturnd") && outcome.output.isEmpty, "\(outcome)")
            #expect(outcome.errors.contains(words), "\(outcome)")
        }
    }

    @Test func `options and environment count as at a start`() throws {
        try withWorld(serving: false) { world in
            for arguments in [
                ["--config", world.directory + "/none.yaml"], ["--key-file", world.keyFile],
                ["--runtime-dir", "/" + String(repeating: "x", count: 100)],
            ] {
                let outcome = try world.runner.run(Programs.keyturnd, ["check-config"] + arguments)
                #expect(outcome.exit == 78 && outcome.complains(as: "keyturnd"), "\(arguments): \(outcome)")
            }
            let environment = ["KEYTURN_LOG_LEVEL": "loud"]
            #expect(try world.keyturnd("check-config", environment: environment).exit == 78)
            #expect(try world.keyturnd("check-config", "--log-level", "loud").exit == 64)
            let pipe = world.directory + "/pipe"
            try #require(unsafe mkfifo(pipe, 0o600) == 0)
            let piped = try world.keyturnd("check-config", "--config", pipe)
            #expect(piped.exit == 78 && piped.errors.contains("is not a regular file"), "\(piped)")
        }
    }

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why))
    func `root checks another user's vault with that user's key`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let text = "unlock:\n  key_file: \(world.keyFile)\n"
            guard unsafe chown(world.keyFile, 65_534, 65_534) == 0 else { throw HarnessError("chown") }
            let theirs = try Self.check(text, world)
            #expect(theirs.exit == 78 && theirs.errors.contains("belongs to user 65534"), "\(theirs)")
            guard unsafe chown(world.state, 65_534, 65_534) == 0 else { throw HarnessError("chown") }
            #expect(try Self.check(text, world).exit == 0)
        }
    }

    @Test(.enabled(if: OtherUser.mayRunPrograms, OtherUser.whyNoPrograms))
    func `a group that this user cannot give a socket to is named with the drop-in`() throws {
        try withWorld(serving: false) { world in
            let outcome = try world.run(
                "env",
                [
                    "KEYTURN_CONFIG=\(world.configuration)", "KEYTURN_ADMIN_VIEWER_GROUP=daemon", Programs.keyturnd,
                    "check-config",
                ], as: OtherUser())
            #expect(outcome.exit == 78, "\(outcome)")
            #expect(
                outcome.errors.contains("admin.viewer_group: user 65534 is not in the group 'daemon'"), "\(outcome)")
            #expect(outcome.errors.contains("SupplementaryGroups=daemon and SystemCallFilter=@chown"), "\(outcome)")
        }
    }
}
