import Domain
import HTTPTransport
import SecretMemory
import Testing

@testable import Zoom

/// One row: what Zoom, or something on the way to it, answers, and what that means. The name carries the kind of
/// source.
struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let call: ZoomCall
    let answer: HTTPResponse
    let disposition: ZoomFailure.Disposition
    let cause: ZoomCause
    /// The scopes that the app lacks.
    let scopes: [String]

    init(
        _ name: String, _ call: ZoomCall, _ answer: HTTPResponse, _ disposition: ZoomFailure.Disposition,
        _ cause: ZoomCause, _ scopes: [String] = []
    ) {
        (self.name, self.call, self.answer) = (name, call, answer)
        (self.disposition, self.cause, self.scopes) = (disposition, cause, scopes)
    }

    var testDescription: String { name }
}

private let token = ZoomCall.token(.accountCredentials)
private let badClient = #"{"reason":"Invalid client_id or client_secret","error":"invalid_client"}"#
private let disabled = #"{"reason":"The app has been disabled by the developer","error":"invalid_client"}"#
private let badRequest = #"{"reason":"Bad Request","error":"invalid_request"}"#
private let grant = #"{"reason":"unsupported grant type","error":"unsupported_grant_type"}"#
private let html = "<html><body>Access denied: invalid_client</body></html>"
private let noScopes = #"does not contain scopes:[user:read:user:admin, scim2]."#

private func scim(_ detail: String, _ status: Int) -> HTTPResponse {
    let body = #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"\#(detail)","status":\#(status)}"#
    return response(status, "application/scim+json;charset=utf-8", body)
}

private func throttled(_ retryAfter: String?) -> HTTPResponse {
    HTTPResponse(status: 429, headers: retryAfter.map { ["Retry-After": $0] } ?? [:], body: secret("slow down"))
}

/// 2024-05-01T12:00:00Z
private let now = 1_714_564_800

@Suite struct ClassificationTests {
    static let tokenRows = [
        Row("[doc] wrong secret, 400", token, response(400, badClient), .permanent, .invalidClient),
        Row("[seen] wrong secret, 401", token, response(401, badClient), .permanent, .invalidClient),
        Row("[assumed] app disabled, 400", token, response(400, disabled), .permanent, .appDisabled),
        Row("[assumed] app disabled, 401", token, response(401, disabled), .permanent, .appDisabled),
        Row("[doc] wrong account", token, response(400, badRequest), .permanent, .wrongAccount),
        Row(
            "[assumed] no account was sent", .token(.clientCredentials), response(400, badRequest), .permanent,
            .unsupportedGrant),
        Row("[doc] grant", token, response(400, grant), .permanent, .unsupportedGrant),
        Row(
            "[assumed] unknown error", token, response(400, #"{"error":"teapot","reason":"x"}"#), .transient(), .refused
        ),
        Row("[seen] bare 400", token, response(400, nil, ""), .transient(), .unexpectedAnswer),
        Row("[seen] HTML 403 of an edge", token, response(403, "text/html", html), .transient(), .unexpectedAnswer),
        Row(
            "[seen] HTML 400 that names an error", token, response(400, "text/html", html), .transient(),
            .unexpectedAnswer),
        Row("[assumed] HTML 401", token, response(401, "text/html", html), .transient(), .unexpectedAnswer),
        Row(
            "[assumed] the right words in another type", token, response(400, "text/plain", badClient), .transient(),
            .unexpectedAnswer),
        Row("[assumed] half JSON", token, response(400, #"{"reason":"Inv"#), .transient(), .unexpectedAnswer),
        Row("[assumed] JSON of no form", token, response(400, "[]"), .transient(), .unexpectedAnswer),
        Row(
            "[assumed] a member twice", token,
            response(400, #"{"error":"x","error":"invalid_client"}"#), .transient(), .unexpectedAnswer),
        Row("[seen] 502 HTML", token, response(502, "text/html", html), .transient(), .serverError),
        Row("[assumed] 500 with a JSON error", token, response(500, badClient), .transient(), .serverError),
        Row("[assumed] 503 empty", token, response(503, nil, ""), .transient(), .serverError),
        Row("[assumed] 408", token, response(408, nil, ""), .transient(), .serverError),
        Row("[assumed] 302", token, response(302, nil, ""), .transient(), .redirected),
        Row("[assumed] 204", token, response(204, nil, ""), .transient(), .unexpectedAnswer),
        Row("[doc] 429, unknown body", token, throttled(nil), .throttled(), .throttled),
    ]

    static let apiRows = [
        Row(
            "[doc] token expired", .api, response(401, #"{"code":124,"message":"Access token is expired."}"#),
            .permanent,
            .tokenRefused),
        Row(
            "[doc] token invalid, 400", .api, response(400, #"{"code":124,"message":"Invalid access token."}"#),
            .permanent, .tokenRefused),
        Row(
            "[seen] scopes, 400 code 4711", .api,
            response(400, #"{"code":4711,"message":"Invalid access token, \#(noScopes)"}"#), .permanent,
            .missingScopes, ["user:read:user:admin", "scim2"]),
        Row(
            "[seen] scopes, 400 code 104", .api, response(400, #"{"code":104,"message":"It \#(noScopes)"}"#),
            .permanent,
            .missingScopes, ["user:read:user:admin", "scim2"]),
        Row(
            "[doc] scopes, 401 code 201", .api,
            response(401, #"{"code":201,"message":"x does not contain scopes:[marketplace:update:client_secret]."}"#),
            .permanent, .missingScopes, ["marketplace:update:client_secret"]),
        Row(
            "[assumed] unknown code", .api, response(404, #"{"code":1001,"message":"User does not exist."}"#),
            .transient(), .refused),
        Row("[assumed] HTML 401", .api, response(401, "text/html", html), .transient(), .unexpectedAnswer),
        Row("[doc] 429", .api, throttled(nil), .throttled(), .throttled),
        Row("[doc] SSO off", .scim, scim("Account has not enabled Single Sign-On.", 400), .permanent, .ssoDisabled),
        Row("[assumed] SSO off", .scim, scim("SSO is not enabled", 403), .permanent, .ssoDisabled),
        Row("[assumed] not about SSO", .scim, scim("No association", 400), .transient(), .refused),
        Row("[doc] SCIM 401", .scim, scim("Invalid access token.", 401), .permanent, .tokenRefused),
        Row(
            "[seen] SCIM, scopes", .scim, scim("Invalid access token, \(noScopes)", 400), .permanent,
            .missingScopes, ["user:read:user:admin", "scim2"]),
        Row("[assumed] SSO text from the plain API", .api, scim("SSO is not enabled", 400), .transient(), .refused),
        Row("[seen] SCIM 503", .scim, response(503, "text/html", html), .transient(), .serverError),
    ]

    @Test(arguments: tokenRows + apiRows) func `every answer of Zoom has its class`(row: Row) {
        let failure = ZoomFailure(row.call, row.answer, now: now)
        #expect(failure.disposition == row.disposition)
        #expect(failure.cause == row.cause)
        #expect(failure.scopes == row.scopes)
        #expect(failure.status == row.answer.status)
        #expect(
            failure.countsAsError
                == ((400...499).contains(row.answer.status) && ![408, 429].contains(row.answer.status)))
    }

    @Test func `Zoom's own words and tracking ID are shown, made fit for a terminal`() {
        let body = #"{"error":"invalid_client","reason":"a\u001b[31m\u0000b\#(String(repeating: "x", count: 500))é"}"#
        let answer = HTTPResponse(
            status: 400,
            headers: ["Content-Type": "application/json", "x-zm-trackingid": "v=2.0;clid=aw1\u{1B}"], body: secret(body)
        )
        let failure = ZoomFailure(token, answer, now: now)
        #expect(failure.detail == "a[31mb" + String(repeating: "x", count: 194))
        #expect(failure.trackingID == "v=2.0;clid=aw1")
        #expect(failure.description.hasPrefix("Zoom does not know this client ID and client secret together (a[31m"))
    }

    @Test func `words that repeat a secret are withheld, the decision stands`() {
        let secrets = [secret("PlantedSecret")]
        // In the last, what stands within the secret is dropped when the words are made fit to be shown.
        for reason in [
            "Invalid PlantedSecret", "PlantedSecret", String(repeating: "y", count: 195) + "PlantedSecret",
            "Planted\u{80}Secret",
        ] {
            let answer = HTTPResponse(
                status: 400, headers: ["Content-Type": "application/json", "X-Zm-TrackingId": reason],
                body: secret(#"{"error":"invalid_client","reason":"\#(reason)"}"#))
            let failure = ZoomFailure(token, answer, now: now, withholding: secrets)
            #expect(failure.cause == .invalidClient)
            #expect(!"\(failure) \(failure.trackingID ?? "") \(failure.cause)".contains("Planted"))
        }
        for scope in ["PlantedSecret", "Planted!Secret"] {
            let scopes = response(400, #"{"code":4711,"message":"does not contain scopes:[\#(scope)]"}"#)
            let failure = ZoomFailure(.api, scopes, now: now, withholding: secrets)
            #expect(failure.cause == .missingScopes && failure.scopes.isEmpty)
        }
    }

    @Test func `a flood of scope names is bounded and cleaned`() throws {
        let names = ["a\\u001b[2J", String(repeating: "b", count: 300)] + (0..<100).map { "s\($0)" }
        let body = #"{"code":4711,"message":"does not contain scopes:[\#(names.joined(separator: ", "))]"}"#
        let failure = ZoomFailure(.api, response(400, body), now: now)
        #expect(failure.cause == .missingScopes)
        let scopes = failure.scopes
        try #require(scopes.count == 32)
        #expect(scopes[0] == "a2J")
        #expect(scopes[1].count == 100)
    }

    static let transportRows: [(TransportFailure, ZoomFailure.Disposition, ZoomCause)] = [
        (TransportFailure(.unresolved, .notSent), .transient(), .unreachable),
        (TransportFailure(.unreachable, .notSent), .transient(), .unreachable),
        (TransportFailure(.timedOut, .notSent), .transient(), .unreachable),
        (TransportFailure(.tlsUntrusted, .notSent), .transient(), .tlsUntrusted),
        (TransportFailure(.tlsFailed, .notSent), .transient(), .tlsUntrusted),
        (TransportFailure(.caUnusable, .notSent), .transient(), .tlsUntrusted),
        (TransportFailure(.overloaded, .notSent), .transient(), .notTried),
        (TransportFailure(.invalidRequest, .notSent), .permanent, .notTried),
        (TransportFailure(.cancelled, .notSent), .transient(), .cancelled),
        (TransportFailure(.shutDown, .ambiguous), .ambiguous, .cancelled),
        (TransportFailure(.timedOut, .ambiguous), .ambiguous, .answerLost),
        (TransportFailure(.cut, .ambiguous), .ambiguous, .answerLost),
        (TransportFailure(.other, .ambiguous), .ambiguous, .answerLost),
        (TransportFailure(.tooLarge, .ambiguous), .ambiguous, .unexpectedAnswer),
        (TransportFailure(.malformed, .ambiguous), .ambiguous, .unexpectedAnswer),
    ]

    @Test(arguments: transportRows)
    func `without an answer a request that was not sent may be repeated, and one that was sent is ambiguous`(
        failure: TransportFailure, disposition: ZoomFailure.Disposition, cause: ZoomCause
    ) {
        let classified = ZoomFailure(failure)
        #expect(classified.disposition == disposition)
        #expect(classified.cause == cause)
        #expect(!classified.countsAsError)
    }

    @Test(
        arguments: [
            (nil, nil), ("", nil), ("0", 0), ("17", 17), ("3600", 3_600), ("3601", 3_600),
            ("99999999999999999999999999", 3_600), ("-5", nil), ("1.5", nil), ("soon", nil),
            ("Wed, 01 May 2024 12:00:30 GMT", 30), ("Wed, 01 May 2024 11:00:00 GMT", 0),
            ("Thu, 02 May 2024 12:00:00 GMT", 3_600), ("Wed, 32 May 2024 12:00:30 GMT", nil),
            ("Wed, 01 Foo 2024 12:00:30 GMT", nil), ("Wed, 01 May 2024 12:00:30 CET", nil),
            ("2024-05-01T12:00:45Z", 45), ("2024-05-01T12:00:45.123Z", 45), ("2024-05-01T14:01:00+02:00", 60),
            ("2024-05-01T06:30:05-05:30", 5), ("2024-05-01T12:00:45", 45), ("2024-13-01T12:00:45Z", nil),
            ("2024-05-01T25:00:45Z", nil), ("2024-05-01", nil), ("2024-05-01T12:00:45+2", nil),
        ] as [(String?, Int?)]) func `Retry-After is read in all its forms`(text: String?, seconds: Int?)
    {
        let wait = seconds.map { Duration.seconds($0) }
        #expect(ZoomFailure(token, throttled(text), now: now).disposition == .throttled(retryAfter: wait))
    }

    @Test(arguments: [
        ("1970-01-01T00:00:10Z", 0), ("2000-02-29T00:00:10Z", 951_782_400), ("2000-03-01T00:00:10Z", 951_868_800),
        ("2023-12-31T00:00:10Z", 1_703_980_800), ("2024-02-29T00:00:10Z", 1_709_164_800),
        ("2100-03-01T00:00:10Z", 4_107_542_400),
    ]) func `dates around leap days are read`(text: String, midnight: Int) {
        #expect(RetryAfter.delay(text, now: midnight) == .seconds(10))
    }
}
