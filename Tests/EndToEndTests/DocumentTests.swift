import Foundation
import Testing

/// What `--json` prints: one document, snake case, times in UTC, no secret unless it was asked for.
@Suite(.realProcesses) struct DocumentTests {
    @Test func `each command prints one JSON document`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp()
            func document(_ arguments: String..., input: String? = nil) throws -> JSON {
                let outcome = try world.runner.run(Programs.keyturn, arguments + ["--json"], input: input)
                #expect(outcome.exit == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome)")
                let json = try outcome.json
                Self.expectStableForm(json, "\(arguments)")
                #expect(outcome.output.contains(app.secret) == (arguments[0] == "fetch"), "\(arguments)")
                return json
            }

            let added = try world.runner.run(
                Programs.keyturn, world.adding("zoom-prod", app, "--json"), input: app.secret)
            #expect(added.exit == 0 && added.errors.isEmpty && !added.output.contains(app.secret))
            Self.expectStableForm(try added.json, "app add")

            #expect(try document("app", "list")["apps"].elements.first?["name"].string == "zoom-prod")
            let shown = try document("app", "show", "zoom-prod")
            #expect(shown["account_id"].string == app.accountID && shown["client_id"].string == app.clientID)
            #expect(shown["marketplace_app_id"].string == app.appID && shown["secret_length"].int == app.secret.count)
            #expect(try document("app", "verify", "zoom-prod")["passed"].bool == true)

            let token = try document("token", "zoom-prod")
            #expect(token["access_token"].isNull && token["expires_in"].kind == .number)
            let revealed = try document("token", "zoom-prod", "--reveal")["access_token"].string
            #expect(revealed == (try world.get("/v1/apps/zoom-prod/token").json["access_token"].string))
            let renewed = try document("token", "zoom-prod", "--refresh", "--reveal")["access_token"].string
            #expect(renewed != nil && renewed != revealed)

            #expect(try document("fetch", "zoom-prod")["client_secret"].string == app.secret)
            #expect(try document("fetch", "zoom-prod", "--field", "client_secret")["value"].string == app.secret)

            let client = try document(
                "client", "add", "ping", "--user", "root", "--gid", "0", "--allow", "zoom-prod:credentials,token",
                "*:token")
            #expect(client["uid"].int == 0 && client["user"].string == "root" && client["gid"].int == 0)
            #expect(client["allow"].elements.count == 2)
            #expect(try document("client", "list")["clients"].elements.count == 2)
            #expect(try document("client", "show", "ping")["name"].string == "ping")
            _ = try document("client", "remove", "ping", "--yes")

            let status = try document("status")
            #expect(status["state"].string == "unlocked" && status["apps"].elements.count == 1)
            #expect(status["started_at"].kind == .time && status["now"].kind == .time)
            let page = try document("status", "zoom-prod")
            #expect(page["summary"]["token"].string == "fresh" && page["app"]["generation"].int == 1)
            #expect(page["events"].elements.first?["event"].string == "app_added" && page["rotation"].isNull)
            _ = try document("app", "remove", "zoom-prod", "--yes")
            _ = try document("lock")
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            _ = try document("unlock", "--recovery-stdin", input: recovery)
        }
    }

    private static func expectStableForm(_ json: JSON, _ place: String) {
        for member in json.members {
            #expect(member.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(place): \(member)")
            if member.hasSuffix("_at") { #expect([.time, .null].contains(json[member].kind), "\(place): \(member)") }
            expectStableForm(json[member], "\(place).\(member)")
        }
        for element in json.elements { expectStableForm(element, place) }
    }

    @Test func `a failure keeps standard output clean`() throws {
        try withWorld { world in
            for arguments in [["app", "show", "nothing"], ["token", "nothing"], ["fetch", "nothing"]] {
                let outcome = try world.runner.run(Programs.keyturn, arguments + ["--json"])
                #expect(outcome.output.isEmpty && outcome.complains(), "\(arguments)")
            }
        }
    }

    @Test func `text has no colours and no tabs outside a terminal`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            for arguments in CommandTests.all.prefix(4) {
                let text = try world.runner.run(Programs.keyturn, arguments).output
                #expect(!text.isEmpty && text.allSatisfy { $0 == "\n" || $0 >= " " && $0 < "\u{7F}" }, "\(arguments)")
            }
        }
    }

    @Test func `a single field is the value and an end of line`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            for (field, value) in [("client_secret", app.secret), ("account_id", app.accountID)] {
                #expect(try world.must("fetch", "zoom-prod", "--field", field).output == value + "\n")
            }
        }
    }
}
