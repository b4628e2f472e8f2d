import Foundation
import Testing

@testable import Sandbox

@Suite struct TokenEndpointTests {
    @Test func `a token answer has Zoom's form`() throws {  // [doc] [seen]
        let bench = try Bench()
        let answer = bench.mint()
        #expect(answer.status == 200)
        #expect(Set(answer.json.keys) == ["access_token", "token_type", "expires_in", "scope", "api_url"])
        #expect((answer.json["access_token"] as? String)?.count == 590)
        #expect(answer.json["token_type"] as? String == "bearer")
        #expect(answer.json["expires_in"] as? Int == 3599)
        #expect(answer.header("x-zm-trackingid")?.isEmpty == false)
    }

    struct Row: CustomTestStringConvertible {
        var testDescription: String
        var grant = "account_credentials"
        var account: String?
        var clientID: String?
        var secret: String?
        var isActive = true
        var expected: String
    }

    /// Every row of errors, and which comes first when several apply. [doc] [assumed]
    static let rows = [
        Row(testDescription: "all right", expected: "200"),
        Row(testDescription: "client grant, no account", grant: "client_credentials", account: "", expected: "200"),
        Row(testDescription: "unknown grant", grant: "password", expected: "400 unsupported_grant_type"),
        Row(testDescription: "no grant", grant: "", expected: "400 unsupported_grant_type"),
        Row(testDescription: "unknown client", clientID: "nobody", expected: "400 invalid_client"),
        Row(testDescription: "wrong secret", secret: "wrong", expected: "400 invalid_client"),
        Row(testDescription: "secret with pasted space", secret: " x", expected: "400 invalid_client"),
        Row(testDescription: "inactive", isActive: false, expected: "400 invalid_client"),
        Row(testDescription: "wrong account", account: "other", expected: "400 invalid_request"),
        Row(testDescription: "no account", account: "", expected: "400 invalid_request"),
        Row(
            testDescription: "grant before client", grant: "password", secret: "wrong",
            expected: "400 unsupported_grant_type"),
        Row(testDescription: "client before account", account: "x", secret: "wrong", expected: "400 invalid_client"),
        Row(
            testDescription: "active before account", account: "x", isActive: false, expected: "400 invalid_client"),
    ]

    @Test(arguments: rows) func `errors come in their order`(_ row: Row) throws {
        let bench = try Bench()
        if !row.isActive { bench.state.apps.update(bench.app.number) { $0.deactivate() } }
        let answer = bench.mint(row.grant, account: row.account, clientID: row.clientID, secret: row.secret)
        #expect(answer.verdict == row.expected)
        if row.expected != "200" { #expect(Set(answer.json.keys) == ["error", "reason"]) }
    }

    @Test func `only the reason tells a disabled app from a bad secret`() throws {  // [seen]
        let bench = try Bench()
        #expect(bench.mint(secret: "wrong").json["reason"] as? String == "Invalid client_id or client_secret")
        bench.state.apps.update(bench.app.number) { $0.deactivate() }
        #expect(bench.mint().json["reason"] as? String == "The app has been disabled by the developer")
        #expect(bench.mint(secret: "wrong").json["reason"] as? String == "Invalid client_id or client_secret")
    }

    @Test(arguments: ["", "Basic", "Basic !!!", "Bearer abc", "Basic bm9jb2xvbg=="])
    func `an unusable Authorization is a bad client`(_ value: String) throws {
        let bench = try Bench()
        let headers = [("Authorization", value), Bench.formType]
        let answer = bench.send("POST", "/oauth/token", headers: headers, body: "grant_type=client_credentials")
        #expect(answer.verdict == "400 invalid_client")
    }

    @Test func `the query form works, and the body wins`() throws {  // [doc]
        let bench = try Bench()
        let basic = Bench.basic(bench.app.clientID, bench.secret)
        let query = "/oauth/token?grant_type=account_credentials&account_id=\(bench.app.accountID)"
        #expect(bench.send("POST", query, headers: [basic]).status == 200)
        let both = bench.send("POST", query, headers: [basic, Bench.formType], body: "account_id=other")
        #expect(both.verdict == "400 invalid_request")
    }

    @Test func `a body that does not say it is a form is not read`() throws {
        let bench = try Bench()
        let headers = [
            Bench.basic(bench.app.clientID, bench.secret), (name: "Content-Type", value: "application/json"),
        ]
        let answer = bench.send("POST", "/oauth/token", headers: headers, body: "grant_type=client_credentials")
        #expect(answer.verdict == "400 unsupported_grant_type")
    }

    @Test func `a form with charset and escapes is read`() throws {
        let bench = try Bench()
        let type = (name: "content-type", value: "Application/X-WWW-Form-Urlencoded; charset=utf-8")
        let headers = [Bench.basic(bench.app.clientID, bench.secret), type]
        let answer = bench.send("POST", "/oauth/token", headers: headers, body: "grant%5Ftype=client%5fcredentials")
        #expect(answer.status == 200)
    }

    @Test func `tokens expire by the sandbox's clock`() throws {
        let bench = try Bench()
        let token = bench.mintedToken()
        try bench.state.clock.advance(seconds: 3598)
        #expect(bench.get("/v2/users/summary", token: token).status == 200)
        try bench.state.clock.advance(seconds: 1)
        let answer = bench.get("/v2/users/summary", token: token)
        #expect(answer.verdict == "401 124")
        #expect(answer.json["message"] as? String == "Access token is expired.")
    }

    @Test func `tokens are revoked with deactivation and do not come back`() throws {  // [doc]
        let bench = try Bench()
        let token = bench.mintedToken()
        bench.state.apps.update(bench.app.number) { $0.deactivate() }
        #expect(bench.get("/v2/users/summary", token: token).verdict == "401 124")
        bench.state.apps.update(bench.app.number) { $0.activate() }
        #expect(bench.get("/v2/users/summary", token: token).verdict == "401 124")
        let fresh = bench.mintedToken()
        #expect(bench.get("/v2/users/summary", token: fresh).status == 200)
    }

    @Test func `tokens outlive the secret that minted them`() throws {  // [assumed]
        let bench = try Bench()
        let token = bench.mintedToken()
        #expect(bench.rotate(#"{"action":"new","revoke_old_secret_time":"now"}"#).status == 201)
        #expect(bench.get("/v2/users/summary", token: token).status == 200)
    }

    @Test func `revoke revokes one token only`() throws {  // [doc]
        let bench = try Bench()
        let tokens = [bench.mintedToken(), bench.mintedToken()]
        let headers = [Bench.basic(bench.app.clientID, bench.secret), Bench.formType]
        let answer = bench.send("POST", "/oauth/revoke", headers: headers, body: "token=\(tokens[0])")
        #expect(answer.json["status"] as? String == "success")
        #expect(bench.get("/v2/users/summary", token: tokens[0]).verdict == "401 124")
        #expect(bench.get("/v2/users/summary", token: tokens[1]).status == 200)
        let wrong = [Bench.basic(bench.app.clientID, "wrong"), Bench.formType]
        #expect(bench.send("POST", "/oauth/revoke", headers: wrong, body: "token=x").verdict == "400 invalid_client")
    }

    @Test func `an app cannot revoke the token of another`() throws {
        let bench = try Bench()
        let token = bench.mintedToken()
        let other = try bench.state.apps.add(AppProfile(), at: bench.now, random: &bench.random)
        let headers = [Bench.basic(other.clientID, other.secrets.current.value), Bench.formType]
        #expect(bench.send("POST", "/oauth/revoke", headers: headers, body: "token=\(token)").status == 200)
        #expect(bench.get("/v2/users/summary", token: token).status == 200)
    }

    @Test func `a token with one changed character is worth nothing`() throws {
        let bench = try Bench()
        let token = bench.mintedToken("client_credentials")
        for place in 0..<token.utf8.count {
            var bytes = Array(token.utf8)
            bytes[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(Token(text: String(decoding: bytes, as: UTF8.self), key: bench.state.tokenKey) == nil)
        }
        let other = try Bench()
        other.state = SandboxState(random: &bench.random)
        #expect(other.get("/v2/users/summary", token: token).verdict == "401 124")
    }
}
