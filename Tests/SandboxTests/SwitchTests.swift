import Foundation
import Testing

@testable import Sandbox

@Suite struct SwitchTests {
    private func patch(_ bench: Bench, _ body: String) -> SandboxResponse {
        bench.send("PATCH", "/_sandbox/switches", body: body)
    }

    @Test func `the status of a bad client can be set`() throws {  // [seen]
        let bench = try Bench()
        #expect(patch(bench, #"{"bad_client_status":401}"#).status == 200)
        #expect(bench.mint(secret: "wrong").verdict == "401 invalid_client")
    }

    @Test func `the lifetime of a token can be set, and tokens minted before keep theirs`() throws {
        let bench = try Bench()
        let long = bench.mintedToken()
        #expect(patch(bench, #"{"expires_in":60}"#).status == 200)
        let answer = bench.mint()
        #expect(answer.json["expires_in"] as? Int == 60)
        try bench.state.clock.advance(seconds: 60)
        let short = try #require(answer.json["access_token"] as? String)
        #expect(bench.get("/v2/users/summary", token: short).verdict == "401 124")
        #expect(bench.get("/v2/users/summary", token: long).status == 200)
    }

    @Test func `answers can be written as gateways write them`() throws {  // [assumed]
        let bench = try Bench {
            $0.expiresInText = true
            $0.byteOrderMark = true
        }
        let answer = bench.mint()
        #expect(answer.body.starts(with: Array("\u{FEFF}{".utf8)))
        #expect(String(decoding: answer.body, as: UTF8.self).contains(#""expires_in":"3599""#))
    }

    @Test func `the scope is absent for a while after a change`() throws {  // [seen]
        let bench = try Bench { $0.scopeDelaySeconds = 10 }
        let early = bench.mint()
        #expect(early.status == 200 && early.json["scope"] == nil)
        let token = try #require(early.json["access_token"] as? String)
        try bench.state.clock.advance(seconds: 10)
        #expect((bench.mint().json["scope"] as? String)?.contains("scim2") == true)
        #expect(bench.get("/scim2/Users", token: token).verdict == "400 4711", "it keeps what it was minted with")
        let put = bench.send("PUT", "/_sandbox/apps/\(bench.app.clientID)/scopes", body: #"{"scopes":["a","b"]}"#)
        #expect(put.status == 200)
        #expect(bench.mint().json["scope"] == nil)
        try bench.state.clock.advance(seconds: 10)
        #expect(bench.mint().json["scope"] as? String == "a b")
    }

    @Test func `a single token revokes the one before, as in the legacy mode`() throws {  // [doc]
        let bench = try Bench { $0.singleToken = true }
        let tokens = [bench.mintedToken(), bench.mintedToken()]
        #expect(bench.get("/v2/users/summary", token: tokens[0]).verdict == "401 124")
        #expect(bench.get("/v2/users/summary", token: tokens[1]).status == 200)
        #expect(patch(bench, #"{"single_token":false}"#).status == 200)
        #expect(bench.get("/v2/users/summary", token: tokens[0]).status == 200)
    }

    @Test func `a new secret works after its delay`() throws {  // [assumed]
        let bench = try Bench { $0.newSecretDelaySeconds = 5 }
        let old = bench.secret
        #expect(bench.isAccepted(old), "the first one is not delayed")
        #expect(bench.rotate().status == 201)
        #expect(!bench.isAccepted(bench.secret) && bench.isAccepted(old))
        try bench.state.clock.advance(seconds: 5)
        #expect(bench.isAccepted(bench.secret))
    }

    @Test(arguments: GrantChoice.allCases)
    func `the chosen grant carries the rotation scope`(_ choice: GrantChoice) throws {
        let bench = try Bench { $0.rotationScopeGrant = choice }
        for grant in Grant.allCases {
            let answer = bench.mint(grant.rawValue)
            let carries = (answer.json["scope"] as? String)?.split(separator: " ").contains("\(Scopes.rotation)")
            let expected = choice == .both || choice.rawValue == "\(grant)"
            #expect(carries == expected, "\(grant)")
            let token = try #require(answer.json["access_token"] as? String)
            #expect(bench.rotate(token: token).verdict == (expected ? "201" : "401 201"), "\(grant)")
        }
    }

    @Test(arguments: GrantChoice.allCases) func `only the chosen grants are known`(_ choice: GrantChoice) throws {
        let bench = try Bench { $0.allowedGrants = choice }
        for grant in Grant.allCases {
            let expected = choice == .both || choice.rawValue == "\(grant)"
            #expect(bench.mint(grant.rawValue).verdict == (expected ? "200" : "400 unsupported_grant_type"))
        }
    }

    /// Which of the secrets (first, of the first `new`, of the second `new`) work after a second `new`; then which of
    /// them still work when the time of the first has come, and when that of the second has. [assumed]
    static let seconds: [(choice: SecondNew, verdict: String, atOnce: [Bool], first: [Bool], second: [Bool])] = [
        (.replace, "201", [true, false, true], [true, false, true], [false, false, true]),
        (.revokeOld, "201", [false, true, true], [false, true, true], [false, false, true]),
        (.add, "201", [true, true, true], [false, true, true], [false, false, true]),
        (.refuse, "400 2001", [true, true, false], [false, true, false], [false, true, false]),
    ]

    @Test(arguments: seconds)
    func `a second new does what the switch says`(
        _ row: (choice: SecondNew, verdict: String, atOnce: [Bool], first: [Bool], second: [Bool])
    ) throws {
        let bench = try Bench { $0.secondNew = row.choice }
        var secrets = [bench.secret]
        #expect(bench.rotate(RotationEndpointTests.time("2026-02-03T05:05:06Z")).status == 201)
        secrets.append(bench.secret)
        let second = bench.rotate(RotationEndpointTests.time("2026-02-03T06:05:06Z"))
        #expect(second.verdict == row.verdict)
        secrets.append(second.json["new_secret"] as? String ?? "none")
        #expect(secrets.map { bench.isAccepted($0) } == row.atOnce)
        try bench.state.clock.advance(seconds: 3600)
        #expect(secrets.map { bench.isAccepted($0) } == row.first)
        try bench.state.clock.advance(seconds: 3600)
        #expect(secrets.map { bench.isAccepted($0) } == row.second)
        #expect(bench.rotate(RotationEndpointTests.time("2026-02-04T06:05:06Z")).status == 201, "nothing is pending")
    }

    @Test(arguments: UpdateMoves.allCases)
    func `after a regeneration by hand, update revokes the secret that the switch says`(_ choice: UpdateMoves) throws {
        let bench = try Bench { $0.updateMoves = choice }
        let old = bench.secret
        let made = bench.rotate()
        let new = bench.secret
        #expect(bench.send("POST", "/_sandbox/apps/\(bench.app.clientID)/ui-regenerate").status == 201)
        let answer = bench.rotate(#"{"action":"update","revoke_old_secret_time":"now"}"#)
        #expect(answer.status == 201)
        #expect(bench.isAccepted(old) == (choice == .newestOld) && bench.isAccepted(new) == (choice == .lastNew))
        let isSame = answer.json["secret_id"] as? String == made.json["secret_id"] as? String
        #expect(isSame == (choice == .lastNew))
    }

    @Test func `without a new, update finds no schedule, whatever was made by hand`() throws {  // [assumed]
        let bench = try Bench()
        #expect(bench.send("POST", "/_sandbox/apps/\(bench.app.clientID)/ui-regenerate").status == 201)
        #expect(bench.rotate(#"{"action":"update","revoke_old_secret_time":"now"}"#).verdict == "404 1401")
    }

    @Test(arguments: UIRegenerate.allCases)
    func `regenerating by hand does what the switch says`(_ choice: UIRegenerate) throws {
        let bench = try Bench { $0.uiRegenerate = choice }
        let old = bench.secret
        let answer = bench.send("POST", "/_sandbox/apps/\(bench.app.clientID)/ui-regenerate")
        #expect(answer.status == 201)
        #expect(bench.isAccepted(try #require(answer.json["client_secret"] as? String)))
        #expect(bench.isAccepted(old) == (choice == .keep30Days))
        try bench.state.clock.advance(seconds: 30 * ZoomTime.day)
        #expect(!bench.isAccepted(old))
    }

    @Test func `without SSO, SCIM refuses in its own form`() throws {
        let bench = try Bench { $0.sso = false }
        let answer = bench.get("/scim2/Users?startIndex=1&count=1", token: bench.mintedToken())
        #expect(answer.status == 400)
        #expect(answer.json["status"] as? Int == 400)
        #expect(answer.json["schemas"] as? [String] == ["urn:ietf:params:scim:api:messages:2.0:Error"])
        #expect(answer.header("content-type")?.hasPrefix("application/scim+json") == true)
    }

    @Test func `api_url says the sandbox's address unless it is set`() throws {  // [seen]
        let bench = try Bench()
        bench.state.address = "http://127.0.0.1:9"
        #expect(bench.mint().json["api_url"] as? String == "http://127.0.0.1:9")
        #expect(patch(bench, #"{"api_url":"absent"}"#).status == 200)
        #expect(bench.mint().json["api_url"] == nil)
        #expect(patch(bench, #"{"api_url":"https://api-eu.zoom.example"}"#).status == 200)
        #expect(bench.mint().json["api_url"] as? String == "https://api-eu.zoom.example")
    }

    static let retryAfter: [(throttle: TokenThrottle, header: String?)] = [
        (.seconds, "54"), (.httpDate, "Tue, 03 Feb 2026 04:06:00 GMT"), (.iso8601, "2026-02-03T04:06:00Z"),
        (.withoutRetryAfter, nil),
    ]

    @Test(arguments: retryAfter)
    func `Retry-After has the form that the switch says`(_ row: (throttle: TokenThrottle, header: String?)) throws {
        let bench = try Bench()
        let body = #"{"token_throttle":"\#(row.throttle.rawValue)","token_throttle_seconds":54}"#
        #expect(patch(bench, body).status == 200)
        let answer = bench.mint()
        #expect(answer.status == 429)
        #expect(answer.header("Retry-After") == row.header)
        #expect(patch(bench, #"{"token_throttle":"off"}"#).status == 200)
        #expect(bench.mint().status == 200)
    }

    /// Body and a part of the refusal.
    static let refusals: [(body: String, part: String)] = [
        (#"{"ssso":true}"#, "ssso"), (#"{"sso":1}"#, "sso has the wrong type"), (#"{"sso":null}"#, "sso"),
        (#"{"bad_client_status":403}"#, "400 or 401"), (#"{"expires_in":-1}"#, "expires_in"),
        (#"{"second_new":"maybe"}"#, "replace, revoke_old, add, refuse"), (#"{"api_url":"ftp://x"}"#, "api_url"),
        ("[]", "wrong type"), ("{", "JSON"), (#"{"sso":false,"expires_in":"x"}"#, "expires_in"),
    ]

    @Test(arguments: refusals)
    func `a wrong patch is refused by name and changes nothing`(_ row: (body: String, part: String)) throws {
        let bench = try Bench { $0.expiresIn = 77 }
        let before = bench.state.switches
        let answer = patch(bench, row.body)
        #expect(answer.status == 400)
        #expect((answer.json["error"] as? String)?.contains(row.part) == true, "\(answer.text)")
        #expect(bench.state.switches == before)
    }

    @Test func `every switch that is shown can be set`() throws {
        let bench = try Bench()
        let shown = bench.send("GET", "/_sandbox/switches")
        #expect(Set(shown.json.keys) == Set(Switches.CodingKeys.allCases.map(\.rawValue)))
        #expect(patch(bench, shown.text).status == 200)
        #expect(bench.state.switches == Switches())
        bench.state.switches.sso = false
        #expect(bench.send("DELETE", "/_sandbox/switches").json["sso"] as? Bool == true)
    }
}
