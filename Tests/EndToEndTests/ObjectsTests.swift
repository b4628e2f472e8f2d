import Foundation
import Testing

/// `keyturn export` and `keyturn apply`: everything as a file.
@Suite(.realProcesses) struct ObjectsTests {
    private static func export(_ world: World) throws -> String { try world.must("export").output }

    private static func apply(
        _ world: World, _ text: String, _ more: String..., secret: String? = nil
    ) throws -> Outcome {
        try apply(world, text, more: more, secret: secret)
    }

    private static func apply(
        _ world: World, _ text: String, more: [String], secret: String? = nil
    ) throws -> Outcome {
        let path = world.directory + "/objects.yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try world.runner.run(Programs.keyturn, ["apply", "-f", path] + more, input: secret)
    }

    @Test func `what is exported changes nothing, and what is edited is changed in one commit`()
        throws
    {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.addApp("zoom-test")
            try world.must(
                "client", "add", "ping", "--uid", "61234", "--unit", "a.service", "--allow",
                "zoom-prod:token")
            try world.must(
                "app", "set", "zoom-prod", "--rotate-every", "30d", "--label", "env=prod", "--owner", "team"
            )
            let text = try Self.export(world)
            #expect(text.contains("owner: team") && !text.contains("secret:"), "\(text)")
            let piped = try world.keyturn("apply", "-f", "-", input: text)
            #expect(piped.exit == 0 && piped.output == "nothing to change\n", "\(piped)")

            let edited = text.replacing("every: 30d", with: "every: 7d").replacing(
                "owner: team", with: "owner: other"
            )
            .replacing("unit: a.service", with: "gid: 7").replacing(
                "zoom-prod: [token]", with: "zoom-test: [token]")
            let dry = try Self.apply(world, edited, "--dry-run")
            #expect(
                dry.exit == 0 && dry.output.hasSuffix("2 changes would be made; nothing was done\n"),
                "\(dry)")
            #expect(
                dry.output.contains("~ app zoom-prod: owner: team -> other; rotation.every: 30d -> 7d\n"),
                "\(dry)")
            #expect(dry.output.contains("~ client ping: "), "\(dry)")
            #expect(try Self.export(world) == text)
            let done = try Self.apply(world, edited)
            #expect(done.exit == 0 && done.output.hasSuffix("2 changes made\n"), "\(done)")
            #expect(try Self.export(world) == edited)
            let lines = try world.audit.of("objects.apply").filter { $0["outcome"].string == "done" }
            #expect(lines.map { $0["changed"].string } == ["set app zoom-prod; set client ping"])
            let again = try Self.apply(world, edited, "--json").json
            #expect(again["changes"].elements.isEmpty && again["done"].bool == false)
        }
    }

    @Test func `a new app needs its secret, and nothing is changed without it`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let (one, two) = (try world.sandbox.addApp(), try world.sandbox.addApp())
            func entry(_ name: String, _ app: ZoomApp) throws -> String {
                """
                  \(name):
                    account_id: "\(app.accountID)"
                    client_id: "\(app.clientID)"
                    token_url: "\(try world.sandbox.tokenURL)"
                    api_url: "\(try world.sandbox.address)"

                """
            }
            let text = try Self.export(world)
            let withOne = try text.replacing("clients:\n", with: entry("zoom-x", one) + "clients:\n")
            let withTwo = try text.replacing(
                "clients:\n", with: entry("zoom-x", one) + entry("zoom-y", two) + "clients:\n")
            for outcome in [
                try Self.apply(world, withTwo),
                try Self.apply(world, withTwo, "--secret-stdin", secret: one.secret),
            ] {
                #expect(
                    outcome.exit == 64 && outcome.complains()
                        && outcome.errors.contains("app zoom-x, app zoom-y"), "\(outcome)")
            }
            let wrong = try Self.apply(world, withOne, "--secret-stdin", secret: "not-the-one")
            #expect(wrong.exit == 79 && wrong.errors.contains("app 'zoom-x': "), "\(wrong)")
            #expect(!(wrong.output + wrong.errors).contains("not-the-one"))
            #expect(try Self.export(world) == text)
            let right = try Self.apply(world, withOne, "--secret-stdin", secret: one.secret)
            #expect(right.exit == 0 && right.output.contains("+ app zoom-x\n"), "\(right)")
            #expect(
                try world.get("/v1/apps/zoom-x/credentials").json["client_secret"].string == one.secret)

            // What the file lacks stays, until it is to be removed.
            let kept = try Self.apply(world, text)
            #expect(kept.exit == 0 && kept.output == "nothing to change\n", "\(kept)")
            let unasked = try Self.apply(world, text, "--prune")
            #expect(unasked.exit == 64 && unasked.output.contains("- app zoom-x\n"), "\(unasked)")
            // What nobody agreed to remove is not removed.
            let objects = #"{"objects":{"version":1},"prune":true,"removing":[{"kind":"app","name":"zoom-x"}]}"#
            let other = try world.ask("POST", "/v1/objects", body: objects)
            #expect(other.status == 409 && other.code == "busy", "\(other.text)")
            #expect(other.text.contains("client tests would be removed too; nothing was changed"), "\(other.text)")
            #expect(try Self.apply(world, text, "--prune", "--yes").exit == 0)
            #expect(try Self.export(world) == text)
            // As app remove refuses it: Zoom may have made a secret that is only here. Another app is removed before it.
            try world.addApp("zoom-a")
            try world.must("rotate", "zoom-prod", "--overlap", "1d")
            let busy = try Self.apply(world, "version: 1\n", "--prune", "--yes")
            #expect(
                busy.exit == 75 && busy.errors.contains("a rotation of 'zoom-prod' is running"), "\(busy)")
            let plan = try Self.apply(world, "version: 1\n", "--prune", "--dry-run").output
            #expect(plan.hasPrefix("- app zoom-a\n- app zoom-prod\n- client tests\n"), "all or nothing: \(plan)")
        }
    }

    @Test func `a misspelt key is refused with its line and the nearest known one`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let text = try Self.export(world).replacing("clients:\n", with: "client:\n")
            let outcome = try Self.apply(world, text)
            let line = text.split(separator: "\n").firstIndex(of: "client:").map { $0 + 1 } ?? 0
            #expect(outcome.exit == 65 && outcome.complains(), "\(outcome)")
            #expect(
                outcome.errors.contains("objects.yaml line \(line): the file has the unknown key 'client'"),
                "\(outcome)")
            #expect(outcome.errors.contains("try: clients"))
            #expect(try world.keyturn("apply", "-f", world.directory + "/none").exit == 66)
            #expect(try world.keyturn("apply", "-f", "-", "--secret-stdin", input: text).exit == 64)
        }
    }

    /// The lines of the page's blocks in this language.
    private static func blocks(_ language: String) throws -> [String] {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/objects.md")
        return try String(contentsOf: page, encoding: .utf8).matches(of: /```([a-z]+)\n((?:[^`]|`[^`])*?)```/)
            .filter { $0.output.1 == language }.map { String($0.output.2) }
    }

    @Test func `the examples of the page do what they say`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let blocks = try Self.blocks("sh")
            #expect(blocks.count == 2)
            let programs = URL(filePath: Programs.keyturn).deletingLastPathComponent().path
            for block in blocks {
                let outcome = try world.runner.run(
                    "/bin/sh", ["-ec", "cd '\(world.directory)'; PATH='\(programs)':$PATH\n\(block)"])
                #expect(outcome.exit == 0 && outcome.output.contains("nothing to change\n"), "\(block): \(outcome)")
                #expect(!outcome.output.contains("made\n") && outcome.errors.isEmpty, "\(outcome)")
            }
        }
    }

    private static let ansible = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { $0 + "/ansible-playbook" }.first(where: Files.exists)

    @Test(.enabled(if: ansible != nil, "there is no ansible-playbook on the path"))
    func `the playbook of the page changes what differs, and nothing the second time`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let ansible = try #require(Self.ansible)
            let playbook = try #require(try Self.blocks("yaml").last)
            let play = playbook.replacing("/etc/keyturn", with: world.directory + "/etc").replacing(
                "become: true", with: "become: false"
            ).replacing("command: keyturn", with: "command: \(Programs.keyturn)")
            #expect(play != playbook)
            try FileManager.default.createDirectory(
                atPath: world.directory + "/etc", withIntermediateDirectories: false)
            try play.write(toFile: world.directory + "/play.yaml", atomically: true, encoding: .utf8)
            try Self.export(world).replacing("clients:\n", with: "    owner: team\nclients:\n").write(
                toFile: world.directory + "/objects.yaml", atomically: true, encoding: .utf8)
            func run() throws -> Outcome {
                try world.runner.run(
                    ansible, ["-i", "keyturn,", "-c", "local", world.directory + "/play.yaml"],
                    environment: ["HOME": world.directory, "ANSIBLE_LOCALHOST_WARNING": "false", "LC_ALL": "C.UTF-8"])
            }
            let first = try run()
            #expect(first.exit == 0 && first.output.contains("changed=2 "), "the copy and the app: \(first)")
            #expect(try world.must("app", "show", "zoom-prod", "--json").json["owner"].string == "team")
            let second = try run()
            #expect(second.exit == 0 && second.output.contains("changed=0 "), "\(second)")
        }
    }

    private static let check = #"""
        import json, sys, yaml, jsonschema
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        document = yaml.safe_load(sys.stdin)
        for error in jsonschema.Draft202012Validator(schema).iter_errors(document): print(error.json_path, error.message)
        """#

    @Test func `targets are exported, changed, added and removed, each tried at its console`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            let text = try Self.export(world)
            #expect(
                text.contains("login: basic") && text.contains("ca: |\n")
                    && !text.contains(console.password), "\(text)")
            #expect(try Self.apply(world, text).output == "nothing to change\n")
            let schema = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "schema/objects.schema.json").path
            let checked = try world.runner.run(
                "/usr/bin/python3", ["-c", Self.check, schema], input: text)
            #expect(checked.exit == 0 && checked.output.isEmpty, "\(checked)")

            let settled = text.replacing("settle: 0s", with: "settle: 5m").replacing(
                "    login:", with: "    restore_drift: true\n    login:")
            let changed = try Self.apply(world, settled)
            #expect(changed.exit == 0 && changed.output.contains("~ target console: "), "\(changed)")
            #expect(try Self.apply(world, settled).output == "nothing to change\n")
            let shown = try world.keyturn("target", "show", "console", "--json").json
            #expect(shown["settle"].int == 300 && shown["restore_drift"].bool == true)

            // What no console is needed for is refused before anything is changed.
            let present = try Self.export(world)
            let owned = settled.replacing("clients:\n", with: "    owner: team\nclients:\n")
            for (bad, words) in [
                ("settle: 2d", "settle is not from"), ("settle: 5m\n    provisioner_channel: \"7\"", "a channel needs"),
            ] {
                let text = owned.replacing("settle: 5m", with: bad)
                for more in [[], ["--dry-run"]] {
                    let outcome = try Self.apply(world, text, more: more)
                    #expect(outcome.exit == 65 && outcome.errors.contains("target 'console': \(words)"), "\(outcome)")
                }
            }
            #expect(try Self.export(world) == present)
            // A certificate is named by its fingerprint.
            let trusting = settled.split(separator: "    ca: |\n")[0]
            let untrusted = try Self.apply(world, String(trusting), "--dry-run").output
            #expect(untrusted.contains("ca: sha256 ") && !untrusted.contains("BEGIN"), "\(untrusted)")
            // What is made is told beside what is not.
            let partly = try Self.apply(
                world, owned.replacing("connection: ", with: "connection: no-"), "--json")
            #expect(partly.exit != 0 && partly.complains(), "\(partly)")
            let changes = try partly.json["changes"].elements
            #expect(changes.map { $0["kind"].string } == ["app", "target"])
            #expect(changes.map { $0["failure"].isNull } == [true, false], "\(changes)")
            #expect(try partly.json["done"].bool == false)
            let half = try Self.apply(
                world,
                owned.replacing("owner: team", with: "owner: other").replacing(
                    "connection: ", with: "connection: no-"))
            #expect(half.output.hasSuffix("1 of 2 changes made\n"), "\(half)")
            #expect(try Self.apply(world, settled).exit == 0)

            // Another user's login is asked for again, and one that is refused is not saved.
            let other = settled.replacing("user: \(console.user)", with: "user: another")
            #expect(try Self.apply(world, other).exit == 64)
            let refused = try Self.apply(world, other, "--secret-stdin", secret: "wrong-password")
            #expect(refused.exit == 79 && refused.errors.contains("target 'console': "), "\(refused)")
            #expect(
                try world.keyturn("target", "show", "console", "--json").json["user"].string == console.user
            )

            // An app takes its targets with it, and the plan says so.
            let pruned = try Self.apply(world, "version: 1\n", "--prune", "--dry-run").output
            #expect(pruned.contains("- app zoom-prod\n") && pruned.contains("- target console\n"), "\(pruned)")
            let bare = settled.split(separator: "targets:")[0] + "targets: {}\n"
            #expect(try Self.apply(world, String(bare), "--prune", "--yes").exit == 0)
            #expect(try world.keyturn("target", "list", "--json").json["targets"].elements.isEmpty)
            let missing = try Self.apply(world, settled)
            #expect(missing.exit == 64 && missing.errors.contains("target console"), "\(missing)")
            let added = try Self.apply(world, settled, "--secret-stdin", secret: console.password)
            #expect(added.exit == 0 && added.output.contains("+ target console\n"), "\(added)")
            #expect(try Self.apply(world, settled).output == "nothing to change\n")
        }
    }
}
