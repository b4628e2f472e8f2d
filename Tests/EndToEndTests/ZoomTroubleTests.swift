import Foundation
import TestSupport
import Testing

/// Zoom's bad days, one row each: what clients, commands and the daemon make of them.
@Suite(.realProcesses) struct ZoomTroubleTests {
    /// How a trouble shows on the agent socket, and as a command's exit code.
    enum Verdict: Int, Sendable {
        /// Refused for good: asking again would change nothing.
        case refused = 502
        /// Later, perhaps.
        case unavailable = 503

        var code: String { self == .refused ? "upstream_failed" : "upstream_unavailable" }
        var exit: Int32 { self == .refused ? 79 : 75 }
    }

    struct Trouble: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let verdict: Verdict
        let happen: @Sendable (Sandbox, [ZoomApp]) throws -> Void

        init(_ name: String, _ verdict: Verdict, _ happen: @escaping @Sendable (Sandbox, [ZoomApp]) throws -> Void) {
            testDescription = name
            self.verdict = verdict
            self.happen = happen
        }

        /// A fault that strikes every token request.
        static func fault(_ name: String, _ fault: String, _ more: String = "") -> Trouble {
            Trouble(name, .unavailable) { sandbox, _ in try sandbox.fault(fault, more) }
        }
    }

    static let troubles = [
        Trouble("the secret was changed", .refused) { sandbox, apps in
            try sandbox.switches(#"{"ui_regenerate":"revoke_at_once"}"#)
            for app in apps { try sandbox.control("POST", "/apps/\(app.clientID)/ui-regenerate") }
        },
        Trouble("the secret was changed, with 401", .refused) { sandbox, apps in
            try sandbox.switches(#"{"ui_regenerate":"revoke_at_once","bad_client_status":401}"#)
            for app in apps { try sandbox.control("POST", "/apps/\(app.clientID)/ui-regenerate") }
        },
        Trouble("the app was deactivated", .refused) { sandbox, apps in
            for app in apps { try sandbox.control("POST", "/apps/\(app.clientID)/deactivate") }
        },
        Trouble("the app was removed", .refused) { sandbox, apps in
            for app in apps { try sandbox.control("DELETE", "/apps/\(app.clientID)") }
        },
        Trouble("the grant is not allowed", .refused) { sandbox, _ in
            try sandbox.switches(#"{"allowed_grants":"none"}"#)
        },
        .fault("503", "status", #","status":503"#), .fault("500", "status", #","status":500"#),
        .fault("408", "status", #","status":408"#), .fault("501 after the work", "status_after", #","status":501"#),
        .fault("an HTML page with 502", "html"), .fault("an HTML page with 200", "html", #","status":200"#),
        .fault("an HTML page with 400", "html", #","status":400"#),
        .fault("an HTML page with 403", "html", #","status":403"#),
        .fault("half an answer", "truncate"), .fault("dropped before the work", "drop_before"),
        .fault("dropped after the work", "drop_after"), .fault("a redirect", "redirect"),
        .fault("a redirect for good", "redirect", #","status":308"#), .fault("five megabytes", "huge"),
        .fault("five megabytes with 400", "huge", #","status":400"#), .fault("plain text", "content_type"),
        .fault("nothing", "empty"), .fault("429 without a body to read", "html", #","status":429"#),
        Trouble("a token that lives no time", .unavailable) { sandbox, _ in try sandbox.switches(#"{"expires_in":0}"#)
        },
        Trouble("an API address of somebody else's", .unavailable) { sandbox, _ in
            try sandbox.switches(#"{"api_url":"http://example.com"}"#)
        },
        Trouble("gone", .unavailable) { sandbox, _ in sandbox.end() },
    ]

    @Test(arguments: troubles)
    func `trouble is reported, a good token is served meanwhile, and tokens come again when it is over`(
        _ trouble: Trouble
    ) throws {
        try withWorld { world in
            let sandbox = try world.sandbox
            let apps = try [
                world.addApp("zoom-has"), world.addApp("zoom-new", verify: false),
                world.addApp("zoom-late", verify: false),
            ]
            let token = try world.get("/v1/apps/zoom-has/token").json["access_token"].string
            try trouble.happen(sandbox, apps)

            let answer = try world.get("/v1/apps/zoom-new/token")
            #expect(answer.status == trouble.verdict.rawValue && answer.code == trouble.verdict.code)
            #expect(answer.header("Content-Type") == "application/problem+json")
            let wait = answer.header("Retry-After").flatMap(Int.init)
            #expect((wait ?? 0 >= 1) == (trouble.verdict == .unavailable))
            for app in apps { #expect(!answer.text.contains(app.secret)) }

            let refresh = try world.keyturn("token", "zoom-has", "--refresh")
            #expect(refresh.exit == trouble.verdict.exit && refresh.output.isEmpty && refresh.complains())
            #expect(try world.get("/v1/apps/zoom-has/token").json["access_token"].string == token)
            #expect(try world.get("/v1/apps/zoom-new/credentials").status == 200)
            let verify = try world.keyturn("app", "verify", "zoom-new")
            #expect(verify.exit == 79 && verify.output.contains("failed"))
            #expect(world.isHealthy)

            guard trouble.verdict == .unavailable, trouble.testDescription != "gone" else { return }
            #expect(try world.get("/v1/apps/zoom-late/token").status == 503)
            try sandbox.control("DELETE", "/faults")
            try sandbox.control("DELETE", "/switches")
            try eventually("a token, with nobody's help") { try world.get("/v1/apps/zoom-late/token").status == 200 }
        }
    }

    @Test(arguments: ["seconds", "http_date", "iso_8601", "without_retry_after"])
    func `a retry time of Zoom's is passed on and honoured`(_ form: String) throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            try world.sandbox.switches(#"{"token_throttle":"\#(form)","token_throttle_seconds":100}"#)
            for _ in 0..<5 {
                let answer = try world.get("/v1/apps/zoom-prod/token")
                #expect(answer.status == 503 && answer.code == "upstream_unavailable")
                let wait = try #require(answer.header("Retry-After").flatMap(Int.init))
                #expect(form == "without_retry_after" ? (1...300).contains(wait) : (60...101).contains(wait))
            }
            guard form != "without_retry_after" else { return }
            #expect(try world.sandbox.mints(of: app) == 1, "nobody asks before the time")
            try world.sandbox.switches(#"{"token_throttle":"off"}"#)
            #expect(try world.get("/v1/apps/zoom-prod/token").status == 503)
            #expect(try world.keyturn("token", "zoom-prod", "--refresh").exit == 0, "the operator may")
            #expect(try world.get("/v1/apps/zoom-prod/token").status == 200)
        }
    }

    @Test func `a Zoom that answers 503 is not looked for in the network`() throws {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment)
            try world.addApp("zoom-prod")
            try world.sandbox.fault("status", #","status":503"#)
            let problem = try eventually("the outage") {
                try world.pass(300, on: clock)
                try clock.awaitLooks()
                return try world.keyturn("status", "--json").json["problems"].elements.first {
                    $0["code"].string == "zoom_unreachable"
                }
            }
            let hint = problem["try"].string ?? ""
            #expect(hint.contains("https://status.zoom.us") && !hint.contains("DNS"), "\(problem)")
            let said = try world.keyturn("doctor").output
            #expect(
                said.contains("answers 503: Zoom has an internal error") && !said.contains("passed   zoom:"), "\(said)")
        }
    }

    @Test func `the wrong account is named`() throws {
        try withWorld { world in
            var app = try world.sandbox.addApp()
            app.accountID = "another-account"
            let outcome = try world.runner.run(Programs.keyturn, world.adding("zoom-prod", app), input: app.secret)
            #expect(outcome.exit == 79 && outcome.complains() && outcome.errors.contains("account"))
            #expect(
                try world.runner.run(
                    Programs.keyturn, world.adding("zoom-prod", app, "--no-verify"), input: app.secret
                ).exit == 0)
            let answer = try world.get("/v1/apps/zoom-prod/token")
            #expect(answer.status == 502 && answer.code == "upstream_failed")
        }
    }

    @Test func `a Zoom that hangs is given up and holds up no other work`() throws {
        try withWorld { world in
            try world.addApp("zoom-has")
            try world.addApp("zoom-new", verify: false)
            let before = try world.sandbox.mints()
            try world.sandbox.fault("hang")
            let waiting = try Connection(to: world.agent)
            try waiting.send(request("GET", "/v1/apps/zoom-new/token"))
            try eventually("the request to hang") { try world.sandbox.mints() == before + 1 }
            for _ in 0..<20 {
                #expect(try world.get("/v1/apps/zoom-has/token").status == 200)
                #expect(try world.get("/v1/apps/zoom-new/credentials").status == 200)
                #expect(try world.keyturn("status").exit == 0)
            }
            let answer = try waiting.answer()
            #expect(answer.status == 503 && answer.header("Retry-After") != nil)
            #expect(world.isHealthy)
        }
    }
}
