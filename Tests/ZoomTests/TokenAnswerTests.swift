import Domain
import HTTPTransport
import SecretMemory
import Testing

@testable import Zoom

private func mint(_ body: String, _ type: String? = "application/json", at endpoints: ZoomEndpoints = .commercial)
    async -> Result<ZoomToken, ZoomFailure>
{
    let client = ZoomClient(transport: FakeTransport(.success(response(200, type, body))), now: { 0 })
    do { return .success(try await client.mint(.planted, at: endpoints)) } catch { return .failure(error) }
}

@Suite struct TokenAnswerTests {
    @Test func `[doc] the documented answer is read`() async throws {
        let answer = HTTPResponse(
            status: 200,
            headers: ["content-type": "application/json;charset=UTF-8", "X-ZM-TrackingID": "v=2.0;rid=WEB_1"],
            body: secret(tokenJSON(("unknown", #"[{"a":1}]"#))))
        let transport = FakeTransport(.success(answer))
        let token = try await ZoomClient(transport: transport, now: { 0 }).mint(.planted, at: .commercial)
        #expect(token.accessToken.text == "eyJ0eXAi.T0K3N.x-y_z")
        #expect(token.tokenType == "bearer")
        #expect(token.expiresIn == 3_599)
        #expect(token.scopes == ["scim2", "user:master"])
        #expect(token.apiURL?.description == "https://api.zoom.us")
        #expect(token.trackingID == "v=2.0;rid=WEB_1")
        #expect(!"\(token)".contains("T0K3N"))
    }

    @Test func `[seen] scope and api_url may be missing, [assumed] or null`() async throws {
        for value in [nil, "null"] {
            let token = try await mint(tokenJSON(("scope", value), ("api_url", value))).get()
            #expect(token.scopes == nil)
            #expect(token.apiURL == nil)
        }
        #expect(try await mint(tokenJSON(("scope", #""""#))).get().scopes == [])
        #expect(try await mint(tokenJSON(("scope", #""  a   b ""#))).get().scopes == ["a", "b"])
    }

    @Test func `[assumed] the type's letters have no case, and a short lifetime is the caller's matter`() async throws {
        #expect(try await mint(tokenJSON(("token_type", #""Bearer""#))).get().tokenType == "bearer")
        #expect(try await mint(tokenJSON(("expires_in", "3"))).get().expiresIn == 3)
        #expect(try await mint(tokenJSON(("expires_in", "86400"))).get().expiresIn == 86_400)
        let longest = String(repeating: "a", count: 8_192)
        #expect(try await mint(tokenJSON(("access_token", "\"\(longest)\""))).get().accessToken.bytes.count == 8_192)
    }

    static let unusable: [(String, String)] = [
        ("empty", ""),
        ("half", #"{"access_token":"T0K3N","token_type":"bearer","#),
        ("an array", "[]"),
        ("text", #""T0K3N""#),
        ("two documents", tokenJSON() + tokenJSON()),
        ("a member twice", String(tokenJSON().dropLast()) + #","access_token":"other"}"#),
        ("deep", tokenJSON(("x", String(repeating: "[", count: 200) + String(repeating: "]", count: 200)))),
        ("large", tokenJSON(("x", "\"\(String(repeating: "x", count: 70_000))\""))),
        ("no token", tokenJSON(("access_token", nil))),
        ("null token", tokenJSON(("access_token", "null"))),
        ("empty token", tokenJSON(("access_token", #""""#))),
        ("token of a number", tokenJSON(("access_token", "1"))),
        ("token with a line break", tokenJSON(("access_token", #""T0K3N\r\nX: y""#))),
        ("token with a space", tokenJSON(("access_token", #""T0K3N x""#))),
        ("token beyond ASCII", tokenJSON(("access_token", #""T0K3Né""#))),
        ("token too long", tokenJSON(("access_token", "\"\(String(repeating: "a", count: 8_193))\""))),
        ("no type", tokenJSON(("token_type", nil))),
        ("another type", tokenJSON(("token_type", #""mac""#))),
        ("no life", tokenJSON(("expires_in", nil))),
        ("life 0", tokenJSON(("expires_in", "0"))),
        ("negative life", tokenJSON(("expires_in", "-1"))),
        ("life of a day and a second", tokenJSON(("expires_in", "86401"))),
        ("huge life", tokenJSON(("expires_in", "99999999999999999999"))),
        ("fraction", tokenJSON(("expires_in", "3599.5"))),
        ("exponent", tokenJSON(("expires_in", "1e3"))),
        ("life as words", tokenJSON(("expires_in", #""an hour""#))),
        ("life as a text that has a sign", tokenJSON(("expires_in", #""+3599""#))),
        ("life as an empty text", tokenJSON(("expires_in", #""""#))),
        ("life as a text out of range", tokenJSON(("expires_in", #""86401""#))),
        ("two byte order marks", "\u{FEFF}\u{FEFF}" + tokenJSON()),
        ("a byte order mark behind it", tokenJSON() + "\u{FEFF}"),
        ("scope as a list", tokenJSON(("scope", #"["a"]"#))),
    ]

    @Test(arguments: unusable)
    func `[assumed] any other answer is unusable, not permanent, and says nothing about the token`(
        name: String, body: String
    ) async throws {
        guard case .failure(let failure) = await mint(body) else {
            Issue.record("\(name) was taken")
            return
        }
        #expect(failure.cause == .unexpectedAnswer)
        #expect(failure.disposition == .transient())
        #expect(failure.status == 200)
        #expect(failure.detail?.isEmpty == false)
        #expect(!"\(failure)".contains("T0K3N"))
    }

    @Test(arguments: [#""3599""#, #""03599""#, "3599"], ["", "\u{FEFF}"])
    func `[assumed] gateways write digits as a text, and put a byte order mark before the answer`(
        life: String, mark: String
    ) async throws {
        #expect(try await mint(mark + tokenJSON(("expires_in", life))).get().expiresIn == 3_599)
    }

    @Test(
        arguments: [
            ("expires_in", nil, "the token answer has no 'expires_in'"),
            ("expires_in", "null", "the token answer has no 'expires_in'"),
            ("expires_in", #""an hour""#, "the token answer's 'expires_in' is not a number"),
            ("expires_in", "[3599]", "the token answer's 'expires_in' is not a whole number"),
            ("expires_in", "3599.5", "the token answer's 'expires_in' is not a whole number"),
            ("expires_in", "0", "the token answer's 'expires_in' is not within 1 to 86400"),
            ("expires_in", "99999999999999999999", "the token answer's 'expires_in' is not within 1 to 86400"),
            ("access_token", "7", "the token answer's 'access_token' is not a string"),
            ("access_token", #""""#, "the token answer's 'access_token' is empty, too long or not printable"),
            ("token_type", #""mac""#, "the token answer's 'token_type' is not bearer"),
            ("scope", #"["a"]"#, "the token answer's 'scope' is not a string"),
            ("api_url", "7", "the token answer's 'api_url' is not a string"),
        ] as [(String, String?, String)]) func `a refused answer names the member`(
            member: String, value: String?, words: String
        ) async throws
    {
        guard case .failure(let failure) = await mint(tokenJSON((member, value))) else {
            Issue.record("\(member) was taken")
            return
        }
        #expect(failure.detail?.contains(words) == true, "\(failure)")
    }

    @Test(
        arguments: [
            ("application/json", true), ("Application/JSON ; charset=utf-8", true), ("application/vnd.zoom+json", true),
            ("text/html", false), ("text/json", false), ("text/plain", false), (nil, false), ("", false),
            ("application/jsonp", false), ("text/application/json", false),
        ] as [(String?, Bool)]) func `[assumed] only JSON is JSON`(type: String?, accepted: Bool) async
    {
        #expect(await mint(tokenJSON(), type).isSuccess == accepted)
    }

    @Test(arguments: [
        ("https://api.zoom.us", true), ("https://api-eu.zoom.us/", true), ("https://zoom.us", true),
        ("https://api.zoom.us:443", true), ("https://API.ZOOM.US", true),
        ("https://evil.example", false), ("https://zoom.us.evil.example", false), ("https://evilzoom.us", false),
        ("https://api.zoom.us@evil.example", false), ("http://api.zoom.us", false), ("http://127.0.0.1:80", false),
        ("https://api.zoom.us:8443", false), ("https://api.zoom.us/evil", false), ("https://api.zoom.us?x", false),
        ("https://api.zoomgov.com", false), ("//api.zoom.us", false), ("api.zoom.us", false), ("", false),
    ]) func `a token is never sent to a host that is not Zoom's`(text: String, accepted: Bool) async {
        let result = await mint(tokenJSON(("api_url", "\"\(text)\"")))
        #expect(result.isSuccess == accepted)
        if case .failure(let failure) = result { #expect(failure.cause == .unexpectedAnswer) }
    }

    @Test func `government and custom endpoints accept only hosts of their own domain`() async throws {
        let custom = ZoomEndpoints(
            tokenURL: try EndpointURL("http://127.0.0.1:9/oauth/token"), apiURL: try EndpointURL("http://127.0.0.1:9"))
        for (endpoints, offered, accepted) in [
            (ZoomEndpoints.government, "https://api.zoomgov.com", true),
            (.government, "https://api.zoom.us", false),
            (custom, "http://127.0.0.1:9", true),
            (custom, "http://127.0.0.1:10", false),
            (custom, "http://127.0.0.2:9", false),
            (custom, "https://api.zoom.us", false),
        ] {
            let result = await mint(tokenJSON(("api_url", "\"\(offered)\"")), at: endpoints)
            #expect(result.isSuccess == accepted, "\(offered)")
        }
    }
}
