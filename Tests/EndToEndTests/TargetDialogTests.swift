import Foundation
import Testing

/// What an operator at a terminal mistypes is asked again; what he typed before is not lost.
@Suite(.realProcesses) struct TargetDialogTests {
    private static func withConsole(_ body: (World, Console) throws -> Void) throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let console = try world.console()
            defer { console.end() }
            try body(world, console)
        }
    }

    @Test func `target add asks again for a value that is not accepted`() throws {
        try Self.withConsole { world, console in
            let run = try world.atTerminal(
                ["target", "add", "pingfederate", "console"],
                answering: [
                    ("app: ", "zoom-pord"), ("app: ", "zoom-prod"), ("console, as", "https://127.0.0.1:1"),
                    ("console, as", console.address), ("user at the console: ", console.user), ("password: ", ""),
                    ("password: ", "mistyped"), ("pin it", "y"), ("user at the console [", ""),
                    ("password: ", console.password), ("which one? ", "1"), ("store the target?", "y"),
                ])
            #expect(run.exit == 0, "\(run)")
            #expect(run.output.contains("there is no app 'zoom-pord'") && run.output.contains("cannot be reached"))
            #expect(run.output.contains("does not accept the login") && !run.output.contains("mistyped"))
            let target = try world.keyturn("target", "show", "console", "--json").json
            #expect(target["user"].string == console.user && target["pin"].string == console.fingerprint)
        }
    }

    @Test func `an address without the admin API, and a line that is not in the list, are asked again`() throws {
        try Self.withConsole { world, console in
            let run = try world.atTerminal(
                ["target", "add", "pingfederate", "console", "--app", "zoom-prod"],
                answering: [
                    ("console, as", console.address + "/pingfederate/app"), ("user at the console: ", console.user),
                    ("password: ", console.password), ("pin it", "y"), ("console, as", console.address),
                    ("which one? ", "7"), ("which one? ", console.connection), ("store the target?", "y"),
                ])
            #expect(run.exit == 0 && run.output.contains("the path of the admin API is missing"), "\(run)")
            #expect(run.output.contains("there is no '7' in this list"), "\(run)")
        }
    }

    @Test func `a wrong password is asked for a few times and no more`() throws {
        try Self.withConsole { world, console in
            let run = try world.atTerminal(
                [
                    "target", "add", "pingfederate", "console", "--app", "zoom-prod", "--admin-url", console.address,
                    "--connection", console.connection, "--user", console.user, "--ca-file", console.caFile,
                ], answering: Array(repeating: ("password: ", "mistyped"), count: 4))
            #expect(run.exit == 79, "\(run)")
            #expect(try world.keyturn("target", "list", "--json").json["targets"].elements.isEmpty)
        }
    }

    @Test func `target set asks for the password of a user, and again if it is refused`() throws {
        try Self.withConsole { world, console in
            try world.addTarget(console)
            let run = try world.atTerminal(
                ["target", "set", "console", "--user", console.user],
                answering: [("password: ", "mistyped"), ("password: ", console.password)])
            #expect(run.exit == 0 && run.output.contains("changed console: user, password"), "\(run)")
            // A stored one that is refused is asked for as well.
            let wrong = try world.runner.run(
                Programs.keyturn, ["target", "set", "console", "--no-verify", "--password-stdin"], input: "expired")
            #expect(wrong.exit == 0, "\(wrong)")
            let again = try world.atTerminal(
                ["target", "set", "console", "--pin", console.fingerprint],
                answering: [("password: ", console.password)])
            #expect(again.exit == 0, "\(again)")
            #expect(try world.keyturn("target", "test", "console").exit == 0)
        }
    }

    @Test func `an attempt that fails for another reason can be repeated with the values entered`() throws {
        try Self.withConsole { world, console in
            try console.switches(#"{"standalone":false,"replicate_on_save":false}"#)
            let run = try world.atTerminal(
                ["target", "add", "pingfederate", "console", "--app", "zoom-prod"],
                answering: [
                    ("console, as", console.address), ("user at the console: ", console.user),
                    ("password: ", console.password), ("pin it", "y"), ("which one? ", "1"), ("store the target?", "y"),
                    ("try again with the same values?", "n"),
                ])
            #expect(run.exit == 79 && run.output.contains("the target was not stored"), "\(run)")
        }
    }

    @Test func `a console is discovered before anything is stored`() throws {
        try Self.withConsole { world, console in
            func discover(_ more: String..., input: String = "") throws -> Outcome {
                try world.runner.run(Programs.keyturn, ["target", "discover"] + more, input: input)
            }
            let known = ["--admin-url", console.address, "--ca-file", console.caFile]
            let all = try world.runner.run(
                Programs.keyturn,
                ["target", "discover", "--json", "--user", console.user, "--password-stdin"] + known,
                input: console.password)
            #expect(all.exit == 0, "\(all)")
            #expect(try all.json["connections"].elements.map { $0["id"].string } == [console.connection])
            for (filter, found) in [("OM US", [console.connection]), ("no such name", [])] {
                let some = try world.runner.run(
                    Programs.keyturn,
                    ["target", "discover", "--json", "--user", console.user, "--password-stdin", "--filter", filter]
                        + known, input: console.password)
                #expect(try some.json["connections"].elements.map { $0["id"].string } == found, "\(some)")
            }
            let one = try world.runner.run(
                Programs.keyturn,
                [
                    "target", "discover", "--json", "--token-url", console.tokenURL, "--client-id", console.clientID,
                    "--client-secret-stdin", "--connection", console.connection,
                ] + known, input: console.clientSecret)
            #expect(one.exit == 0, "\(one)")
            #expect(try one.json["client_secret_field"].string == "OAuth secret")
            for (arguments, exit, words) in [
                ([], 64, "--admin-url"), (["console"] + known, 64, "use either the NAME"), (known, 64, "--user U"),
                (["console", "--connection", "c"], 64, "--admin-url"), (["console", "--filter", "c"], 64, "--filter"),
                (known + ["--user", console.user], 64, "--password-stdin"),
                (known + ["--user", console.user, "--password-stdin"], 79, "does not accept the login"),
            ] as [([String], Int32, String)] {
                let refused = try world.runner.run(
                    Programs.keyturn, ["target", "discover"] + arguments, input: "PlantedPassword")
                #expect(refused.exit == exit && refused.errors.contains(words), "\(arguments): \(refused)")
                #expect(!refused.errors.contains("Planted"))
            }
            let asked = try world.atTerminal(
                ["target", "discover", "--admin-url", console.address],
                answering: [
                    ("user at the console: ", console.user), ("password: ", "mistyped"), ("pin it", "y"),
                    ("user at the console [", ""), ("password: ", console.password),
                ])
            #expect(asked.exit == 0 && asked.output.contains(console.connection), "\(asked)")
            #expect(try world.keyturn("target", "list", "--json").json["targets"].elements.isEmpty)
        }
    }
}
