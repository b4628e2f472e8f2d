import Foundation
import TestSupport
import Testing

/// A target that is changed: tried before it is kept.
@Suite(.realProcesses) struct TargetSetTests {
    private static func set(_ world: World, _ arguments: String..., input: String = "") throws -> Outcome {
        try world.runner.run(Programs.keyturn, ["target", "set", "console"] + arguments, input: input)
    }

    private static func shown(_ world: World) throws -> JSON {
        try world.keyturn("target", "show", "console", "--json").json
    }

    @Test func `changes that the console accepts are saved, and the rest stays as it was`() throws {
        try TargetTests.withConsole { world, console, _, clock in
            try world.must("target", "push", "console")
            let oauth = try Self.set(
                world, "--token-url", console.tokenURL, "--client-id", console.clientID, "--client-secret-stdin",
                "--scope", "pf:admin", input: console.clientSecret)
            #expect(oauth.exit == 0, "\(oauth)")
            var shown = try Self.shown(world)
            #expect(shown["login"].string == "client_credentials" && shown["scope"].string == "pf:admin")
            #expect(
                shown["token_url"].string == console.tokenURL
                    && shown["token_auth_method"].string == "client_secret_basic")
            #expect(shown["state"].string == "current" && shown["trust"].string == "ca", "what was pushed is there")

            // A part of a login.
            for arguments in [["--scope", ""], ["--client-secret-stdin"]] {
                let outcome = try world.runner.run(
                    Programs.keyturn, ["target", "set", "console"] + arguments, input: console.clientSecret)
                #expect(outcome.exit == 0, "\(outcome)")
            }
            #expect(try Self.shown(world)["scope"].isNull)
            #expect(
                try Self.set(world, "--client-cert", console.clientCert, "--client-key", console.clientKey).exit == 0)
            #expect(try Self.set(world, "--pin", console.fingerprint).exit == 0)
            #expect(try Self.set(world, "--user", console.user, "--password-stdin", input: console.password).exit == 0)
            #expect(
                try Self.set(
                    world, "--settle", "5m", "--replicate", "none", "--restore-drift", "--bypass-external-validation"
                ).exit == 0)
            shown = try Self.shown(world)
            #expect(shown["login"].string == "basic" && shown["user"].string == console.user)
            #expect(shown["pin"].string == console.fingerprint && shown["token_url"].isNull)
            #expect(shown["settle"].int == 300 && shown["replicate"].string == "none")
            #expect(shown["restore_drift"].bool == true && shown["bypass_external_validation"].bool == true)
            #expect(shown["generation"].int == 1, "nothing of that is another place")
            #expect(try Self.set(world, "--no-restore-drift", "--ca-file", console.caFile).exit == 0)
            let lines = try world.audit.of("target.change")
            #expect(lines.first?["changed"].string == "token_url; client_id; scope; client_secret")
            #expect(lines.last?["changed"].string == "ca; restore_drift")
            let log = try world.keyturn("audit", "show").output
            #expect(!log.contains(console.clientSecret) && !log.contains(console.password))

            try world.stop()
            try world.start(environment: clock.environment)
            let again = try Self.shown(world)
            #expect(again["restore_drift"].bool == false && again["bypass_external_validation"].bool == true)
            #expect(again["trust"].string == "ca")
            #expect(try world.keyturn("target", "test", "console").exit == 0)
        }
    }

    @Test func `changes that the console does not accept are not saved`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            let before = try Self.shown(world)
            for (arguments, exit, words) in [
                ([], 64, "there is nothing to change"), (["--no-verify"], 64, "there is nothing to change"),
                (["--password-stdin"], 79, "does not accept the login"),
                (["--user", "other"], 65, "not used for another user"),
                (["--connection", "none"], 79, "the target was not changed"),
                (["--client-secret-field", "none"], 79, "the target was not changed"),
                (["--client-secret-field", "Account"], 65, "one setting"),
                (["--system-cas"], 79, "the target was not changed"),
                (["--pin", String(repeating: "0", count: 64)], 79, "the target was not changed"),
                (["--admin-url", "https://127.0.0.1:1"], 65, "not used for another console"),
                (["--admin-url", "https://127.0.0.1:1", "--password-stdin"], 75, "the target was not changed"),
                (["--token-url", console.tokenURL], 65, "incomplete"),
                (["--client-cert", console.clientCert], 65, "incomplete"),
                (["--settle", "30d"], 65, "settle"), (["--pin", "abc", "--ca-file", console.caFile], 64, ""),
                (["--pin", "abc", "--system-cas"], 64, ""), (["--scope", "s", "--user", "u"], 64, ""),
                (["--provisioner-channel", "3"], 65, "channel"),
            ] as [([String], Int32, String)] {
                let outcome = try world.runner.run(
                    Programs.keyturn, ["target", "set", "console"] + arguments, input: "PlantedPassword")
                #expect(outcome.exit == exit && outcome.complains(), "\(arguments): \(outcome)")
                #expect(words.isEmpty || outcome.errors.contains(words), "\(arguments): \(outcome)")
                #expect(!outcome.errors.contains("Planted"))
            }
            let after = try Self.shown(world)
            #expect(
                try after["connection"].string == before["connection"].string
                    && world.keyturn("target", "test", "console").exit == 0)
            #expect(try Self.set(world, "--settle", "1s").exit == 0)
            #expect(try world.keyturn("target", "set", "nothing", "--settle", "1s").exit == 66)
            #expect(try Self.set(world, "--no-verify", "--password-stdin", input: "wrong").exit == 0)
            #expect(try world.keyturn("target", "test", "console").exit == 79)
        }
    }

    @Test func `a rotation that waits for a login continues automatically once it is set`() throws {
        try TargetTests.withConsole { world, console, app, clock in
            try world.must("target", "push", "console")
            #expect(try Self.set(world, "--no-verify", "--password-stdin", input: "expired").exit == 0)
            #expect(try world.keyturn("rotate", "zoom-prod", "--overlap", "0s").exit == 75)
            let new = try world.fetchedSecret()
            let open = try #require(try world.openRotations().first)
            #expect(
                open["state"].string == "current"
                    && open["reason"].string?.contains("does not accept the login") == true)
            #expect(try Self.shown(world)["failure"]["code"].string == "unauthorized")
            #expect(try world.sandbox.accepts(app.secret, of: app))
            let changed = try Self.set(world, "--password-stdin", input: console.password)
            #expect(changed.exit == 0, "\(changed)")
            // No time passes for it.
            try eventually("the end") { try world.openRotations().isEmpty }
            #expect(try console.secret() == new && !world.sandbox.accepts(app.secret, of: app))
            #expect(try Self.shown(world)["failure"].isNull)
            _ = clock
        }
    }

    @Test func `a target that was moved has nothing, and its old secret is not revoked`() throws {
        try TargetTests.withConsole { world, console, app, clock in
            try world.must("rotate", "zoom-prod", "--overlap", "1h")
            try eventually("the overlap") { try world.openRotations().first?["state"].string == "draining" }
            let new = try world.fetchedSecret()
            #expect(try console.secret() == new)
            let other = try world.console()
            defer { other.end() }
            try other.edit(#"{"OAuth secret":"\#(app.secret)"}"#)
            let moved = try Self.set(
                world, "--admin-url", other.address, "--user", other.user, "--password-stdin", "--ca-file",
                other.caFile,
                "--connection", other.connection, input: other.password)
            #expect(moved.exit == 0 && moved.output.contains("keyturn target push console"), "\(moved)")
            let shown = try Self.shown(world)
            #expect(shown["state"].string == "new" && shown["failure"]["code"].string == "moved")
            let problem = try world.keyturn("status", "--json").json["problems"].elements.first
            #expect(problem?["code"].string == "target_failed" && problem?["severity"].string == "warning")
            #expect(problem?["try"].string?.hasPrefix("keyturn target push console") == true)
            let due = try #require(try world.openRotations().first?["due_at"].unixSeconds)
            try world.pass(due - clock.now, on: clock)
            try eventually("the rotation to say what it waits for") {
                try world.openRotations().first?["reason"].string?.contains("does not have the new secret yet") == true
            }
            #expect(try world.sandbox.accepts(app.secret, of: app) && other.secret() == app.secret)
            try world.must("target", "push", "console")
            try eventually("the end") { try world.openRotations().isEmpty }
            #expect(try other.secret() == new && !world.sandbox.accepts(app.secret, of: app))
            #expect(try world.keyturn("status", "--json").json["problems"].elements.isEmpty)
        }
    }

    @Test func `a target that a rotation left out is tried at once`() throws {
        try TargetTests.withConsole { world, console, _, clock in
            try world.must("target", "push", "console")
            try console.switches(#"{"password":"another"}"#)
            #expect(try world.keyturn("rotate", "zoom-prod", "--overlap", "1h").exit == 75)
            let id = try #require(try world.openRotations().first?["id"].string)
            try world.must("rotation", "finish", id, "--yes")
            let new = try world.fetchedSecret()
            // Each try in vain has the next one wait for longer.
            for _ in 0..<6 {
                try world.pass(700, on: clock)
                try clock.awaitLooks(3)
            }
            #expect(try console.secret() != new)
            let changed = try Self.set(world, "--password-stdin", input: "another")
            #expect(changed.exit == 0, "\(changed)")
            try eventually("the console to have it, though no time passes", seconds: 60) {
                try console.secret() == new
            }
        }
    }

    @Test func `only a change that the console would notice resumes a blocked rotation`() throws {
        try TargetTests.withConsole { world, console, app, clock in
            try world.must("target", "push", "console")
            try console.switches(#"{"reject":"not today"}"#)
            #expect(try world.keyturn("rotate", "zoom-prod", "--overlap", "0s", "--wait").exit == 79)
            func isHeld() throws -> Bool { try world.openRotations().first?["state"].string == "blocked" }
            let puts = try console.calls("PUT")
            for own in [["--settle", "1s"], ["--restore-drift"], ["--provisioner-log", "/log"]] {
                #expect(
                    try world.runner.run(Programs.keyturn, ["target", "set", "console"] + own).exit == 0, "\(own)")
                try clock.awaitLooks(2)
                #expect(try isHeld() && console.calls("PUT") == puts, "\(own)")
            }
            try world.must("target", "accept", "console", "--yes")
            try clock.awaitLooks(2)
            #expect(try isHeld() && console.calls("PUT") == puts)
            try world.must("target", "set", "console", "--pin", console.fingerprint)
            try eventually("another try") { try console.calls("PUT") > puts }
            try eventually("its refusal") { try isHeld() }
            #expect(try world.sandbox.accepts(app.secret, of: app))
        }
    }

    @Test func `a file that is too long is not cut`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            // As of all public authorities, with the right one in front: what is left after a cut would do.
            let own = try String(contentsOfFile: console.caFile, encoding: .utf8)
            let bundle = world.directory + "/bundle.pem"
            try String(repeating: own, count: 300_000 / own.utf8.count).write(
                toFile: bundle, atomically: true, encoding: .utf8)
            let ca = try Self.set(world, "--ca-file", bundle)
            #expect(ca.exit == 65 && ca.complains(), "\(ca)")
            #expect(
                ca.errors.contains("the CA file is longer than 32768 bytes")
                    && ca.errors.contains("try: give only the authority that signed the console's certificate"), "\(ca)"
            )
            let key = try Self.set(world, "--client-cert", console.clientCert, "--client-key", bundle)
            #expect(key.exit == 65 && key.errors.contains("the client key is longer than 32768 bytes"), "\(key)")
            let folder = try Self.set(world, "--ca-file", world.directory)
            #expect(
                folder.exit == 74 && folder.errors.contains("the CA file cannot be read: is a directory"), "\(folder)")
        }
    }

    @Test func `target set waits for a push that is under way`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            try console.switches(#"{"delay":3}"#)
            let push = try world.runner.start(Programs.keyturn, ["target", "push", "console"])
            try eventually("the push to be under way") { try console.calls("PUT") > 0 }
            #expect(try Self.set(world, "--settle", "7s").exit == 0)
            #expect(try push.outcome().exit == 0)
            let shown = try Self.shown(world)
            #expect(shown["settle"].int == 7 && shown["generation"].int == 1)
        }
    }
}
