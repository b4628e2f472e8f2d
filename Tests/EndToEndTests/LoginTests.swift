import Foundation
import Testing

/// Logging in with OAuth, and a console that cannot reach Zoom.
@Suite(.realProcesses) struct LoginTests {
    /// Adds a target that logs in with OAuth; the stand-in's ID and secret hold all that a form encodes.
    private func add(_ world: World, _ console: Console, _ more: [String] = [], name: String = "console") throws
        -> Outcome
    {
        let arguments =
            [
                "target", "add", "pingfederate", name, "--app", "zoom-prod", "--admin-url", console.address,
                "--connection", console.connection, "--settle", "0s", "--token-url", console.tokenURL, "--client-id",
                console.clientID, "--client-secret-stdin", "--ca-file", console.caFile,
            ] + more
        return try world.runner.run(Programs.keyturn, arguments, input: console.clientSecret)
    }

    private func withOAuth(_ body: (World, Console) throws -> Void) throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let console = try world.console()
            defer { console.end() }
            try body(world, console)
        }
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `a target's scope and authentication method are the ones that the token endpoint gets`(_ method: String) throws
    {
        try withOAuth { world, console in
            try console.switches(
                #"{"token_scope":"pf admin","token_method":"\#(method)"}"#.replacing("pf admin", with: "pf:admin"))
            let bare = try add(world, console, ["--token-auth-method", method])
            #expect(bare.exit == 79 && bare.complains(), "\(bare)")
            #expect(
                bare.errors.contains(
                    "does not accept the scope (HTTP 400): invalid_scope: The requested scope is invalid"))
            #expect(bare.errors.contains("try: ") && bare.errors.contains("--scope SCOPE"), "\(bare)")

            let other = method == "client_secret_basic" ? "client_secret_post" : "client_secret_basic"
            let wrong = try add(world, console, ["--token-auth-method", other, "--scope", "pf:admin"])
            #expect(
                wrong.exit == 79 && wrong.errors.contains("does not accept the OAuth client (HTTP 401)"), "\(wrong)")
            #expect(wrong.errors.contains("--token-auth-method"))

            let added = try add(
                world, console, ["--token-auth-method", method, "--scope", "pf:admin", "--scope", "openid"])
            #expect(added.exit == 0, "\(added)")
            try world.must("target", "push", "console")
            #expect(try console.secret() == world.fetchedSecret())
            try console.switches(#"{"token_refused":true}"#)
            let refused = try world.keyturn("target", "test", "console")
            #expect(refused.output.contains("the console does not accept the access token (HTTP 401)"), "\(refused)")
            #expect(refused.output.contains("keyturn target set console --scope"), "\(refused)")
        }
    }

    @Test func `a failure of the token endpoint is reported as its own`() throws {
        try withOAuth { world, console in
            #expect(try add(world, console).exit == 0)
            for (trouble, words) in [
                ("html", "the token endpoint had an internal error (HTTP 500)"),
                ("gone", "the token endpoint is not at \(console.tokenURL) (HTTP 404)"),
                ("moved", "the token endpoint answers with a redirect (HTTP 302): to https://login.example.com/start"),
                ("scope", "invalid_scope: The requested scope(s) must be blank or a subset of: admin"),
                ("client", "invalid_client: withheld, because it repeats a secret"),
                ("grant", "unauthorized_client: The grant is not enabled for this client – see the policy"),
                ("no_token", "the answer is not a token endpoint's (HTTP 200): it has no access_token"),
                ("dpop", "its token type is DPoP, not Bearer"),
                ("slow", "the token endpoint's answer did not arrive: no answer in time"),
            ] {
                try console.switches(#"{"token_trouble":"\#(trouble)"}"#)
                let test = try world.keyturn("target", "test", "console")
                #expect(test.exit == 79 && test.output.contains(words), "\(trouble): \(test)")
                #expect(!test.output.contains("state=hidden") && !test.output.contains("stand-in client"))
                guard trouble != "slow" else { continue }  // once is enough to wait for it
                let push = try world.keyturn("target", "push", "console")
                #expect([75, 79].contains(push.exit) && push.errors.contains(words), "\(trouble): \(push)")
            }
            let status = try world.keyturn("status")
            #expect(status.output.contains("token endpoint"), "\(status)")
            try console.switches(#"{"token_trouble":null}"#)
            try world.must("target", "push", "console")
        }
    }

    /// The rotation is blocked, in words that name what to do; that lets it go on.
    @Test func `a console without egress blocks a rotation until its target is changed`() throws {
        try TargetTests.withConsole { world, console, app, clock in
            try console.switches(#"{"no_egress":true}"#)
            let rotate = try world.keyturn("rotate", "zoom-prod", "--overlap", "0s", "--wait", "--timeout", "20s")
            #expect(rotate.exit == 79, "\(rotate)")
            #expect(try world.openRotations().first?["state"].string == "blocked")
            let hint = "if the console cannot reach Zoom: keyturn target set console --bypass-external-validation"
            #expect(try world.keyturn("status").output.replacing(#/\s+/#, with: " ").contains(hint))
            let push = try world.keyturn("target", "push", "console")
            #expect(
                push.exit == 79 && push.errors.contains("connect timed out") && push.errors.contains(hint), "\(push)")
            #expect(try world.openRotations().first?["state"].string == "blocked", "nothing is another than before")
            #expect(try world.sandbox.accepts(app.secret, of: app))

            // The rotation's own hint, as it is printed.
            let shown = try #require(try world.openRotations().first?["try"].string)
            #expect(shown.hasPrefix(hint) && shown.contains("keyturn rotation resume"), "\(shown)")
            try world.must("target", "set", "console", "--bypass-external-validation")
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try console.secret() == world.fetchedSecret() && !world.sandbox.accepts(app.secret, of: app))
        }
    }

    @Test func `a target can have its connection saved without a test of the credentials`() throws {
        try TargetTests.withConsole(["--bypass-external-validation"]) { world, console, _, clock in
            try console.switches(#"{"no_egress":true}"#)
            try world.must("target", "push", "console")
            #expect(try console.secret() != "placeholder")
            let calls = try console.control("GET", "/requests")["requests"].elements
            for call in calls {
                #expect((call["bypass"].string == "true") == (call["method"].string == "PUT"), "\(call)")
            }
            #expect(try world.keyturn("rotate", "zoom-prod", "--overlap", "0s").exit == 0)
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try console.secret() == world.fetchedSecret())
        }
    }

    /// Nothing is sent to a proxy but the name and port of the console.
    @Test func `a proxy that refuses is named`() throws {
        try withWorld(serving: false) { world in
            let proxy = try world.console()
            defer { proxy.end() }
            try world.initialise()
            func adding(_ environment: [String: String]) throws -> Outcome {
                try world.start(environment: environment)
                defer { _ = try? world.stop() }
                _ = try world.runner.run(
                    Programs.keyturn,
                    [
                        "app", "add", "zoom-prod", "--account-id=a", "--client-id=c", "--secret-stdin", "--no-verify",
                    ], input: "a-secret")
                return try world.runner.run(
                    Programs.keyturn,
                    [
                        "target", "add", "pingfederate", "console", "--app", "zoom-prod", "--admin-url",
                        "https://console.invalid:9999", "--connection", "c", "--user", "u", "--password-stdin",
                    ], input: "PlantedPassword")
            }
            let through = ["https_proxy": proxy.refusingProxy]
            let refused = try adding(through)
            #expect(refused.exit == 79 && refused.complains(), "\(refused)")
            #expect(refused.errors.contains("the proxy refuses the connection to the console"), "\(refused)")
            #expect(
                refused.errors.contains("407") && refused.errors.contains("console.invalid to no_proxy"), "\(refused)")
            let past = try adding(through.merging(["no_proxy": "console.invalid"]) { $1 })
            #expect(past.exit == 75 && past.errors.contains("the console cannot be reached"), "\(past)")
            #expect(!past.errors.contains("proxy"), "\(past)")
        }
    }
}
