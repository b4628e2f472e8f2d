import Domain
import SecretJSON
import SecretMemory
import SocketAPI
import Testing

@Suite struct AgentAnswerTests {
    private let app: Name
    private let created = Timestamp(unixSeconds: 1_795_453_200)

    init() throws { app = try #require(Name("zoom-prod")) }

    private func json(_ document: String) -> SecretBytes { SecretBytes(copying: document) }

    @Test func `health is one word`() throws {
        #expect(text(HealthAnswer.ok.render()) == #"{"status":"ok"}"#)
        #expect(text(HealthAnswer.locked.render()) == #"{"status":"locked"}"#)
        #expect(HealthAnswer.locked.status == .serviceUnavailable)
        #expect(try HealthAnswer(parsing: json(#"{"status":"locked"}"#)) == .locked)
        #expect(throws: JSONError(.outOfRange, member: "status")) {
            try HealthAnswer(parsing: json(#"{"status":"?"}"#))
        }
    }

    @Test func `the list of apps has the documented members in their order`() throws {
        let answer = AppsAnswer(apps: [
            .init(app: app, generation: 7, rotating: false), .init(app: app, generation: 1, rotating: true),
        ])
        let expected =
            #"{"apps":[{"app":"zoom-prod","generation":7,"rotating":false},"#
            + #"{"app":"zoom-prod","generation":1,"rotating":true}]}"#
        #expect(text(answer.render()) == expected)
        #expect(try AppsAnswer(parsing: json(expected)) == answer)
        #expect(text(AppsAnswer(apps: []).render()) == #"{"apps":[]}"#)
    }

    @Test(arguments: [nil, "2026-11-24T17:00:00Z"])
    func `credentials have the documented members in their order`(until: String?) throws {
        let answer = CredentialsAnswer(
            app: app, generation: 7, accountID: "acc", clientID: "cid", clientSecret: SecretBytes(copying: "s\"e\\c"),
            createdAt: created, rotating: true, previousValidUntil: until.flatMap { Timestamp($0) })
        let expected =
            #"{"app":"zoom-prod","generation":7,"account_id":"acc","client_id":"cid","client_secret":"s\"e\\c","#
            + #""created_at":"2026-11-23T17:00:00Z","rotating":true,"previous_valid_until":"#
            + (until.map { "\"\($0)\"" } ?? "null") + "}"
        #expect(text(answer.render()) == expected)
        let parsed = try CredentialsAnswer(parsing: json(expected))
        #expect(text(parsed.clientSecret) == "s\"e\\c")
        #expect(text(parsed.render()) == expected)
    }

    @Test(arguments: CredentialField.allCases)
    func `one field of the credentials is the value and an end of line`(field: CredentialField) throws {
        let answer = FieldAnswer(app: app, generation: 7, field: field, value: SecretBytes(copying: "v"))
        let expected = #"{"app":"zoom-prod","generation":7,"field":"\#(field.rawValue)","value":"v"}"#
        #expect(text(answer.render()) == expected)
        #expect(text(try FieldAnswer(parsing: json(expected)).render()) == expected)
    }

    @Test func `a token has the documented members in their order`() throws {
        let answer = TokenAnswer(
            app: app, generation: 7, accessToken: SecretBytes(copying: "eyJ"), tokenType: "bearer", expiresAt: created,
            expiresIn: 3_599, scope: "a b", apiURL: "https://api.zoom.us")
        let expected =
            #"{"app":"zoom-prod","generation":7,"access_token":"eyJ","token_type":"bearer","#
            + #""expires_at":"2026-11-23T17:00:00Z","expires_in":3599,"scope":"a b","api_url":"https://api.zoom.us"}"#
        #expect(text(answer.render()) == expected)
        #expect(text(try TokenAnswer(parsing: json(expected)).render()) == expected)
    }

    @Test(arguments: [
        "{}", #"{"generation":0}"#, #"{"generation":-1}"#, #"{"generation":"7"}"#, #"{"generation":7.0}"#,
        #"{"generation":7,"app":"a"}"#, #"[7]"#, "7", "", #"{"generation":7}x"#,
        #"{"generation":99999999999999999999}"#,
    ]) func `a report of a generation is read strictly`(document: String) {
        #expect(throws: JSONError.self) { try GenerationReport(parsing: json(document)) }
    }

    @Test func `a report of a generation is read`() throws {
        #expect(try GenerationReport(parsing: json(#"{"generation":7}"#)) == GenerationReport(generation: 7))
        #expect(text(GenerationReport(generation: 7).render()) == #"{"generation":7}"#)
    }

    @Test(arguments: [
        (#"{"apps":[{"app":"UPPER","generation":1,"rotating":true}]}"#, JSONError(.outOfRange, member: "app")),
        (#"{"apps":[{"app":1,"generation":1,"rotating":true}]}"#, JSONError(.wrongType, member: "app")),
        (#"{"apps":[{"app":"a","rotating":true}]}"#, JSONError(.missingMember, member: "generation")),
        (#"{"apps":[{"app":"a","generation":1,"rotating":1}]}"#, JSONError(.wrongType, member: "rotating")),
        (#"{"apps":{}}"#, JSONError(.wrongType, member: "apps")),
        (#"{"apps":[1]}"#, JSONError(.wrongType, member: "apps")),
    ]) func `an error says which member is wrong`(document: String, error: JSONError) {
        #expect(throws: error) { try AppsAnswer(parsing: json(document)) }
    }

    @Test func `a path is built only from parts that cannot leave their place`() throws {
        let name = try #require(Name("a..b"))
        let path: RequestPath = "/v1/apps/\(name)/credentials/\(CredentialField.clientID)?after=\(7)&since=\(created)"
        #expect(path.text == "/v1/apps/a..b/credentials/client_id?after=7&since=2026-11-23T17:00:00Z")
        let read = try #require(request("GET \(path.text) HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(read.target.segment(2) == "a..b")
        #expect(read.target.query("since") == created.description)
    }
}
