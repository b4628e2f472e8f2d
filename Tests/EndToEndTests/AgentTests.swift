import Foundation
import Testing

/// The agent socket, asked with curl: members, kinds and headers to the letter.
@Suite(.realProcesses) struct AgentTests {
    private static func expectDocument(_ answer: Answer, _ shape: [String: JSON.Kind]) throws {
        #expect(answer.status == 200)
        #expect(answer.header("Content-Type") == "application/json")
        #expect(answer.header("Content-Length") == "\(answer.body.count)")
        #expect(try answer.json.shape == shape)
    }

    @Test func `health needs no policy`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start()
            let answer = try world.curl("/v1/health")
            try Self.expectDocument(answer, ["status": .string])
            #expect(answer.text == #"{"status":"ok"}"#)
        }
    }

    @Test func `the list of apps has what the client is granted`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.addApp("zoom-test", verify: false)
            let answer = try world.curl("/v1/apps")
            try Self.expectDocument(answer, ["apps": .array])
            let apps = try answer.json["apps"].elements
            #expect(apps.compactMap(\.["app"].string) == ["zoom-prod", "zoom-test"])
            for app in apps {
                #expect(app.shape == ["app": .string, "generation": .number, "rotating": .bool])
                #expect(app["generation"].int == 1 && app["rotating"].bool == false)
            }
        }
    }

    @Test func `credentials come whole`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let answer = try world.curl("/v1/apps/zoom-prod/credentials")
            try Self.expectDocument(
                answer,
                [
                    "app": .string, "generation": .number, "account_id": .string, "client_id": .string,
                    "client_secret": .string, "created_at": .time, "rotating": .bool, "previous_valid_until": .null,
                ])
            let json = try answer.json
            #expect(json["app"].string == "zoom-prod" && json["generation"].int == 1)
            #expect(json["account_id"].string == app.accountID)
            #expect(json["client_id"].string == app.clientID)
            #expect(json["client_secret"].string == app.secret)
            #expect(json["rotating"].bool == false)
            #expect(answer.header("Cache-Control") == "no-store")
            #expect(answer.generationTag == 1)
        }
    }

    @Test(arguments: [
        ("TAG", 304), ("W/TAG", 304), (#""7", TAG"#, 304), ("*", 304), (#""2""#, 200), (#""1""#, 200),
        (#""1-000000000000""#, 200), ("1", 200),
    ]) func `an entity tag saves the body`(_ tag: String, _ status: Int) throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            let own = try #require(try world.get("/v1/apps/zoom-prod/credentials").header("ETag"))
            let sent = tag.replacing("TAG", with: own)
            let answer = try world.curl("/v1/apps/zoom-prod/credentials", ["If-None-Match: \(sent)"])
            #expect(answer.status == status)
            #expect(answer.body.isEmpty == (status == 304))
            #expect(answer.header("ETag") == own && answer.header("Cache-Control") == "no-store")
        }
    }

    @Test func `each field can be fetched by itself`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            for (field, value) in [
                ("account_id", app.accountID), ("client_id", app.clientID), ("client_secret", app.secret),
            ] {
                let answer = try world.curl("/v1/apps/zoom-prod/credentials/\(field)")
                try Self.expectDocument(
                    answer, ["app": .string, "generation": .number, "field": .string, "value": .string])
                let json = try answer.json
                #expect(json["field"].string == field && json["value"].string == value)
                #expect(answer.header("Cache-Control") == "no-store")
            }
            #expect(try world.curl("/v1/apps/zoom-prod/credentials/password").status == 404)
        }
    }

    @Test func `a token comes with its lifetime`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let answer = try world.curl("/v1/apps/zoom-prod/token")
            try Self.expectDocument(
                answer,
                [
                    "app": .string, "generation": .number, "access_token": .string, "token_type": .string,
                    "expires_at": .time, "expires_in": .number, "scope": .string, "api_url": .string,
                ])
            let json = try answer.json
            #expect(answer.header("Cache-Control") == "no-store")
            #expect(json["token_type"].string == "bearer" && json["generation"].int == 1)
            #expect(json["api_url"].string == (try world.sandbox.address))
            #expect(json["scope"].string?.split(separator: " ").contains("scim2") == true)
            let left = try #require(json["expires_in"].int)
            #expect((3_400...3_599).contains(left))
            let end = try #require(try json["expires_at"].string.map { try Date($0, strategy: .iso8601) })
            #expect(abs(end.timeIntervalSinceNow - Double(left)) < 60)
            #expect(try world.sandbox.mints(of: app) == 1, "the token of the check is the one that is served")

            let again = try world.curl("/v1/apps/zoom-prod/token?min_ttl=3300")
            #expect(try again.json["access_token"].string == json["access_token"].string)
        }
    }

    @Test(arguments: [
        "min_ttl=-1", "min_ttl=", "min_ttl=1e3", "min_ttl=99999999999999999999", "minttl=5", "min_ttl=1&min_ttl=2",
    ]) func `a malformed token request is refused`(_ query: String) throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            let answer = try world.get("/v1/apps/zoom-prod/token?\(query)")
            #expect(answer.status == 400 && answer.code == "bad_request")
            #expect(try world.sandbox.mints() == 0)
        }
    }

    @Test(arguments: ["/v1/health", "/v1/apps", "/v1/apps/a/credentials", "/v1/apps/a/token"])
    func `refusals are problem documents`(_ path: String) throws {
        try withWorld { world in
            let connection = try Connection(to: world.agent)
            try connection.send("GET \(path) HTTP/1.1\r\nHost: keyturn\r\n\r\n")
            let answer = try connection.answer()
            #expect(answer.status == 400 && answer.code == "missing_header")
            #expect(answer.header("Content-Type") == "application/problem+json")
            let json = try answer.json
            #expect(json.members.isSuperset(of: ["type", "title", "status", "detail", "code"]))
            #expect(json["status"].int == 400)
            #expect(!answer.text.contains("/v1/") && !answer.text.contains(world.directory), "never a path")
        }
    }
}
