import Foundation
import Testing

/// The way through the Marketplace, as somebody at a terminal goes it.
@Suite(.realProcesses) struct GuideTests {
    private typealias Answers = [(prompt: String, answer: String)]

    private static let done = "press Enter when that is done"

    /// Up to the credentials, with what is asked for there.
    private static func beginning(_ app: ZoomApp) -> Answers {
        [
            (done, ""), (done, ""), ("account ID: ", " \(app.accountID)\t"), ("client ID: ", app.clientID),
            ("client secret (not shown): ", app.secret),
        ]
    }

    private static func end(_ app: ZoomApp) -> Answers {
        [
            ("  Marketplace app ID (", app.appID), ("  short description [", "provisions users"),
            ("  company name [", "Example AG"), ("contact's name [", "A. Person"),
            ("e-mail address [", "nobody"), ("e-mail address [", "a@example.org"), ("  features that are on [", ""),
            (done, ""), (done, ""),
        ]
    }

    private static func guide(
        _ world: World, _ name: String, _ answers: Answers, running commands: [Int: [String]] = [:]
    ) throws -> Outcome {
        let outcome = try world.atTerminal(
            ["app", "add"] + (name.isEmpty ? [] : [name])
                + ["--token-url", try world.sandbox.tokenURL, "--api-url", try world.sandbox.address],
            answering: answers, running: commands)
        // A question's line also has the answer.
        for line in outcome.output.split(whereSeparator: \.isNewline) where !line.contains(": ") {
            #expect(line.count <= 80, "\(line.count) columns: \(line)")
        }
        return outcome
    }

    private static func draft(_ world: World, _ name: String) -> String {
        world.directory + "/.local/state/keyturn-drafts/\(name).json"
    }

    /// What somebody does in the Marketplace while the guide waits.
    private static func marketplace(_ world: World, _ method: String, _ path: String, _ body: String = "") throws
        -> [String]
    {
        [
            "curl", "-sf", "-X", method, try world.sandbox.address + "/_sandbox" + path, "-H",
            "Content-Type: application/json", "-d", body,
        ]
    }

    private static let all =
        #"{"scopes":["user:master","user:read:admin","user:write:admin","account:master","account:read:admin","account:write:admin","scim2"]}"#

    @Test func `the guide leads to an app that is stored with its profile`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp()
            let names: Answers = [("name for the app", "Upper"), ("name for the app", "zoom-prod")]
            let outcome = try Self.guide(world, "", names + Self.beginning(app) + Self.end(app))
            #expect(outcome.exit == 0, "\(outcome)")
            for words in [
                "step 1 of 7", "step 7 of 7", "Server-to-Server OAuth App", "user:read:user:admin", "scim2",
                "marketplace:update:client_secret", "white space", "a name is 1 to 63", "this is not an e-mail address",
                "stored zoom-prod, generation 1", "keyturn client add NAME",
            ] {
                #expect(outcome.output.contains(words), "\(words) in \(outcome.output)")
            }
            #expect(!outcome.output.contains(app.secret))
            let shown = try world.must("app", "show", "zoom-prod", "--json").json
            #expect(shown["account_id"].string == app.accountID && shown["marketplace_app_id"].string == app.appID)
            #expect(shown["company"].string == "Example AG" && shown["contact_email"].string == "a@example.org")
            #expect(shown["description"].string == "provisions users" && shown["features"].isNull)
            #expect(try world.get("/v1/apps/zoom-prod/credentials").json["client_secret"].string == app.secret)
            #expect(!FileManager.default.fileExists(atPath: Self.draft(world, "zoom-prod")))

            // What is there already is said before anything is asked.
            let taken = try Self.guide(world, "zoom-prod", [])
            #expect(taken.exit == 65 && taken.output.contains("there already is an app 'zoom-prod'"))
        }
    }

    @Test func `missing scopes are named one by one, and checked again once they are added`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp(scopes: ["user:read:admin", "scim2:admin"])
            let answers = Self.beginning(app) + Self.end(app)
            let outcome = try Self.guide(
                world, "zoom-prod",
                answers + [("to try again (s: store the app as it is", ""), ("to try again (s", "")],
                running: [
                    answers.count: try Self.marketplace(
                        world, "PUT", "/apps/\(app.clientID)/scopes",
                        Self.all.replacing(#""user:master","#, with: "")),
                    answers.count + 1: try Self.marketplace(
                        world, "PUT", "/apps/\(app.clientID)/scopes", Self.all),
                ])
            #expect(outcome.exit == 0, "\(outcome)")
            #expect(
                outcome.output.contains("5 scopes are not ticked") && outcome.output.contains("1 scope is not ticked"))
            for scope in ["user:write:admin", "user:master", "account:read:admin", "account:write:admin"] {
                #expect(outcome.output.contains("  \(scope), or granular: "))
            }
            #expect(outcome.output.contains("all seven that PingFederate needs are present"))
        }
    }

    @Test func `an inactive app and a wrong account are recognised, and nothing else is asked again`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp()
            try world.sandbox.control("POST", "/apps/\(app.clientID)/deactivate")
            var mistaken = app
            mistaken.accountID = "aB3_dE-fGh1jKlMnOpQr5t"
            let answers = Self.beginning(mistaken) + Self.end(app)
            let outcome = try Self.guide(
                world, "zoom-prod", answers + [("to try again", ""), ("account ID [Enter: aB3", app.accountID)],
                running: [
                    answers.count: try Self.marketplace(world, "POST", "/apps/\(app.clientID)/activate")
                ])
            #expect(outcome.exit == 0, "\(outcome)")
            for words in ["the app is not activated", "Activate your app", "Zoom refuses the account ID"] {
                #expect(outcome.output.contains(words), "\(words)")
            }
            #expect(try world.sandbox.mints(of: app) == 4, "each try is one, and the app that is stored is tried too")
        }
    }

    @Test func `values in the wrong field are recognised, and a wrong secret is entered again`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp(secret: "abcdefghijklmnopqrstuvwxyzABC123")
            let answers: Answers = [
                (Self.done, ""), (Self.done, ""), ("account ID: ", app.secret), ("use it anyway?", "n"),
                ("account ID: ", app.accountID), ("client ID: ", app.accountID), ("client ID: ", app.clientID),
                ("client secret (not shown): ", app.clientID), ("client secret (not shown): ", ""),
                ("client secret (not shown): ", "not-the-secret"),
            ]
            let outcome = try Self.guide(
                world, "zoom-prod",
                answers + Self.end(app) + [("client ID [Enter: ", ""), ("[Enter: as before]: ", " \(app.secret) ")])
            #expect(outcome.exit == 0, "\(outcome)")
            for words in [
                "this looks like a client secret", "this is the account ID that you entered before",
                "this is the client ID that you entered before", "the client secret is empty",
                "Zoom does not know this client ID and client secret together",
            ] {
                #expect(outcome.output.contains(words), "\(words)")
            }
            #expect(!outcome.output.contains("not-the-secret"))
        }
    }

    @Test(arguments: ["q", "\u{3}", "\u{4}"]) func `the guide can be left and resumed`(_ leaving: String) throws {
        try withWorld { world in
            let app = try world.sandbox.addApp()
            let left = try Self.guide(
                world, "zoom-prod", Self.beginning(app) + Self.end(app).prefix(2) + [("  company name [", leaving)])
            #expect(left.exit == 64 && left.output.contains("left at step 4 of 7"), "\(left)")
            #expect(left.output.contains("  try: keyturn app add zoom-prod"))
            let file = Self.draft(world, "zoom-prod")
            let kept = try String(contentsOfFile: file, encoding: .utf8)
            #expect(kept.contains(app.accountID) && kept.contains("provisions users") && !kept.contains(app.secret))
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try world.must("app", "list", "--json").json["apps"].elements.isEmpty)

            // The secret alone is asked for again, at the end.
            let again = try Self.guide(
                world, "zoom-prod",
                [("continuing where you left off: step 4 of 7", "")] + Self.end(app).dropFirst(2) + [
                    ("client secret (not shown): ", app.secret)
                ])
            #expect(again.exit == 0 && !again.output.contains("step 3 of 7"), "\(again)")
            #expect(
                try world.must("app", "show", "zoom-prod", "--json").json["description"].string == "provisions users")
        }
    }

    @Test func `without a terminal the guide asks nothing`() throws {
        try withWorld { world in
            let outcome = try world.runner.run("setsid", [Programs.keyturn, "app", "add"])
            #expect(outcome.exit == 64 && outcome.complains() && outcome.errors.contains("try: keyturn app add NAME"))
        }
    }
}
