import Foundation
import Testing

/// The operator's commands: exit codes, documents and complaints.
@Suite(.realProcesses) struct CommandTests {
    /// One of each command that asks the daemon, in a form that would work.
    static let all: [[String]] = [
        ["status"], ["app", "list"], ["app", "show", "zoom-prod"], ["app", "verify", "zoom-prod"],
        ["app", "remove", "zoom-prod", "--yes"], ["token", "zoom-prod"], ["token", "zoom-prod", "--refresh"],
        ["client", "list"], ["client", "show", "tests"], ["client", "remove", "tests", "--yes"],
        ["client", "add", "more", "--uid", "1", "--allow", "zoom-prod:token"], ["fetch", "zoom-prod"],
        ["fetch", "zoom-prod", "--field", "client_id"], ["key", "list"], ["key", "remove", "1", "--yes"],
        ["key", "rotate"],
        [
            "app", "add", "new", "--account-id", "a", "--client-id", "b", "--secret-stdin", "--no-verify",
        ],
    ]

    @Test(arguments: all + [["lock"], ["unlock", "--passphrase-stdin"]])
    func `without a daemon a command ends with 69`(_ command: [String]) throws {
        try withWorld(serving: false) { world in
            for arguments in [command, command + ["--json"]] {
                let outcome = try world.runner.run(Programs.keyturn, arguments, input: "secret")
                #expect(outcome.exit == 69 && outcome.output.isEmpty && outcome.complains())
                #expect(outcome.errors.contains("not running"))
            }
        }
    }

    @Test func `on a locked vault a command ends with 69`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            try world.must("lock")
            for arguments in Self.all {
                let outcome = try world.runner.run(Programs.keyturn, arguments, input: "secret")
                #expect(outcome.exit == 69, "\(arguments)")
                guard arguments != ["status"] else { continue }
                #expect(outcome.output.isEmpty && outcome.complains(), "\(arguments)")
                #expect(outcome.errors.contains("keyturn unlock"), "\(arguments)")
            }
            let status = try world.keyturn("status", "--json")
            #expect(try status.json["state"].string == "locked" && status.exit == 69)
        }
    }

    @Test(arguments: [
        ["app", "show", "nothing"], ["app", "verify", "nothing"], ["app", "remove", "nothing", "--yes"],
        ["token", "nothing"], ["token", "nothing", "--refresh"], ["status", "nothing"], ["client", "show", "nobody"],
        ["client", "remove", "nobody", "--yes"],
    ]) func `an unknown name ends with 66`(_ command: [String]) throws {
        try withWorld { world in
            for arguments in [command, command + ["--json"]] {
                let outcome = try world.runner.run(Programs.keyturn, arguments)
                #expect(outcome.exit == 66 && outcome.output.isEmpty && outcome.complains())
            }
        }
    }

    @Test(arguments: [
        ["bogus"], ["status", "--bogus"], ["app", "bogus"], ["app", "show"], ["app", "show", "Upper"],
        ["app", "show", ".."], ["app", "show", "a/b"], ["app", "show", ""], ["app", "show", "a", "b"],
        ["app", "remove", "zoom-prod"], ["client", "remove", "tests"], ["client", "add", "x", "--uid", "1"],
        ["client", "add", "x", "--allow", "zoom-prod:token"],
        ["client", "add", "x", "--uid", "1", "--allow", "zoom-prod"],
        ["client", "add", "x", "--uid", "1", "--user", "root", "--allow", "*:token"],
        ["client", "add", "x", "--uid", "1", "--allow", "*:passwords"],
        ["client", "add", "x", "--uid", "-1", "--allow", "*:token"],
        ["client", "add", "x", "--uid", "me", "--allow", "*:token"],
        ["token", "zoom-prod", "--min-ttl", "soon"], ["fetch", "zoom-prod", "--field", "password"],
        ["app", "add", "x", "--client-id", "b", "--secret-stdin"],
        ["app", "add", "x", "--account-id", "a", "--client-id", "b"],
        ["app", "add", "x", "--account-id", "a", "--client-id", "b", "--client-secret", "s3cret"],
        ["app", "add", "x", "--account-id", "a", "--client-id", "b", "--secret-stdin", "--environment", "moon"],
        [
            "app", "add", "x", "--account-id", "a", "--client-id", "b", "--secret-stdin", "--token-url",
            "http://127.0.0.1/t",
        ],
        ["unlock"], ["unlock", "--passphrase-stdin", "--recovery-stdin"],
    ]) func `usage errors end with 64`(_ command: [String]) throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            // Without a terminal nothing can be asked.
            let outcome = try world.runner.run("setsid", [Programs.keyturn] + command, input: "s3cret-of-the-test")
            #expect(outcome.exit == 64 && outcome.output.isEmpty && outcome.complains())
            #expect(!outcome.errors.contains("s3cret-of-the-test"))
            #expect(try world.keyturn("app", "list", "--json").json["apps"].elements.count == 1)
            #expect(try world.keyturn("client", "list", "--json").json["clients"].elements.count == 1)
        }
    }

    @Test(arguments: [
        (["app", "add", "zoom-prod", "--account-id", "a", "--client-id", "b", "--secret-stdin"], "secret"),
        (["app", "add", "x", "--account-id", "a", "--client-id", "b", "--secret-stdin"], "two words"),
        (["app", "add", "x", "--account-id", "same", "--client-id", "same", "--secret-stdin"], "secret"),
        (["client", "add", "tests", "--uid", "1", "--allow", "*:token"], ""),
        (["client", "add", "x", "--user", "nobody-of-that-name", "--allow", "*:token"], ""),
        (["client", "add", "x", "--uid", "4294967295", "--allow", "*:token"], ""),
        (["unlock", "--passphrase-stdin"], "wrong passphrase"), (["unlock", "--recovery-stdin"], "ABCD-EFGH"),
    ]) func `bad data ends with 65`(_ command: [String], _ input: String) throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            let outcome = try world.runner.run(Programs.keyturn, command, input: input)
            #expect(outcome.exit == 65 && outcome.output.isEmpty && outcome.complains())
            #expect(input.isEmpty || !outcome.errors.contains(input))
            #expect(try world.keyturn("client", "list", "--json").json["clients"].elements.count == 1)
        }
    }

    @Test(.enabled(if: OtherUser.mayRunPrograms, OtherUser.whyNoPrograms))
    func `another user's command ends with 77`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            for command in Self.all {
                let outcome = try world.run(Programs.keyturn, command, as: OtherUser(), input: "secret")
                #expect(outcome.exit == 77 && outcome.output.isEmpty && outcome.complains(), "\(command)")
            }
            #expect(try world.keyturn("app", "list", "--json").json["apps"].elements.count == 1)
        }
    }

    @Test func `credentials that Zoom refuses end with 79 and are not stored`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp()
            let refused = try world.runner.run(Programs.keyturn, world.adding("zoom-prod", app), input: "wrong")
            #expect(refused.exit == 79 && refused.output.isEmpty && refused.complains())
            #expect(try world.keyturn("app", "list", "--json").json["apps"].elements.isEmpty)

            let stored = try world.runner.run(
                Programs.keyturn, world.adding("zoom-prod", app, "--no-verify"), input: "wrong")
            #expect(stored.exit == 0)
            let token = try world.keyturn("token", "zoom-prod")
            #expect(token.exit == 79 && token.output.isEmpty && token.complains())
            let verify = try world.keyturn("app", "verify", "zoom-prod", "--json")
            #expect(try verify.exit == 79 && verify.json["passed"].bool == false)
        }
    }

    @Test func `an app that lacks scopes is stored with a warning`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp(scopes: ["user:read:admin", "scim2:admin"])
            let added = try world.runner.run(Programs.keyturn, world.adding("zoom-prod", app), input: app.secret)
            #expect(added.exit == 0)
            for scope in [
                "user:write:admin", "user:master", "account:read:admin", "account:write:admin", "account:master",
            ] {
                #expect(added.output.contains(scope))
            }
            #expect(!added.output.contains("scim2 (granular"))
            #expect(added.output.contains("then keyturn app verify zoom-prod") && !added.output.contains("NAME"))
            #expect(try world.keyturn("app", "verify", "zoom-prod").exit == 79)
        }
    }

    @Test func `an ID may begin with a dash`() throws {
        try withWorld { world in
            let outcome = try world.keyturn(
                "app", "add", "zoom-prod", "--account-id", "-abc", "--client-id", "--def", "--marketplace-app-id", "-g",
                "--secret-stdin", "--no-verify", input: "-secret")
            #expect(outcome.exit == 0)
            let json = try world.get("/v1/apps/zoom-prod/credentials").json
            #expect(json["account_id"].string == "-abc" && json["client_id"].string == "--def")
            #expect(json["client_secret"].string == "-secret")
        }
    }

    @Test func `white space around pasted values is removed with a notice`() throws {
        try withWorld { world in
            let outcome = try world.keyturn(
                "app", "add", "zoom-prod", "--account-id", " acc ", "--client-id", "cli\n", "--secret-stdin",
                "--no-verify", input: "  secret\t\r\n")
            #expect(outcome.exit == 0)
            #expect(outcome.errors.split(separator: "\n").count == 3)
            let json = try world.get("/v1/apps/zoom-prod/credentials").json
            #expect(json["account_id"].string == "acc" && json["client_id"].string == "cli")
            #expect(json["client_secret"].string == "secret")
        }
    }

    @Test(arguments: [
        ["--help"], ["--version"], ["app", "--help"], ["app", "add", "--help"], ["client", "add", "--help"],
        ["token", "--help"], ["help", "fetch"], ["unlock", "-h"],
    ]) func `help goes to standard output`(_ arguments: [String]) throws {
        try withWorld(serving: false) { world in
            let outcome = try world.runner.run(Programs.keyturn, arguments)
            #expect(outcome.exit == 0 && !outcome.output.isEmpty && outcome.errors.isEmpty)
        }
    }
}
