import Domain
import HTTPTransport
import SecretMemory
import Testing

@testable import Zoom

private func refusal(_ status: Int, _ code: Int?, _ message: String?) -> HTTPResponse {
    let members = [code.map { #""code":\#($0)"# }, message.map { #""message":"\#($0)""# }].compactMap { $0 }
    return response(status, "{\(members.joined(separator: ","))}")
}

private func row(
    _ name: String, _ answer: HTTPResponse, _ disposition: ZoomFailure.Disposition, _ cause: ZoomCause,
    _ scopes: [String] = []
) -> Row { Row(name, .rotation, answer, disposition, cause, scopes) }

private let throttle = "Working on processing your request. Can only change client secret rotate schedule 3 times."
private let scope = "marketplace:update:client_secret"
private let noScope = "Invalid access token, does not contain scopes:[\(scope)]."
private let html = "<html><body>1500 1401 App ID does not exist.</body></html>"

@Suite struct RotationClassificationTests {
    /// Zoom changed nothing, for certain.
    static let certain = [
        row("[doc] missing parameter", refusal(400, 1500, "Missing parameter."), .permanent, .refused),
        row(
            "[doc] throttle, although a 400", refusal(400, 2000, throttle), .throttled(retryAfter: .seconds(900)),
            .throttled),
        row(
            "[assumed] throttle that says when",
            HTTPResponse(
                status: 400, headers: ["Content-Type": "application/json", "Retry-After": "60"],
                body: secret(#"{"code":2000,"message":"x"}"#)), .throttled(retryAfter: .seconds(60)), .throttled),
        row("[doc] value out of range", refusal(400, 2001, "Out of range."), .permanent, .outOfRange),
        row("[doc] scope", refusal(401, 201, noScope), .permanent, .missingScopes, [scope]),
        row("[assumed] scope, other words", refusal(401, 201, "No."), .permanent, .missingScopes),
        row("[seen] scope, 400 code 4711", refusal(400, 4711, noScope), .permanent, .missingScopes, [scope]),
        row("[doc] app", refusal(404, 1401, "App ID does not exist."), .permanent, .wrongAppID),
        row("[doc] secret", refusal(404, 1401, "Secret ID does not exist."), .permanent, .oldSecretGone),
        row("[doc] token", refusal(401, 124, "Access token is expired."), .permanent, .tokenRefused),
        row("[doc] token, 400", refusal(400, 124, "Invalid access token."), .permanent, .tokenRefused),
        row("[assumed] 401, another code", refusal(401, 300, "x"), .permanent, .tokenRefused),
        row("[doc] 429", response(429, nil, ""), .throttled(), .throttled),
        row("[assumed] 429, HTML", response(429, "text/html", html), .throttled(), .throttled),
    ]

    /// Zoom may have changed something.
    static let uncertain = [
        row("[assumed] unknown code", refusal(400, 300, "x"), .ambiguous, .refused),
        row("[assumed] unknown 404", refusal(404, 404, "x"), .ambiguous, .refused),
        row("[assumed] 409", refusal(409, 409, "x"), .ambiguous, .refused),
        row("[assumed] words without code", refusal(400, nil, throttle), .ambiguous, .unexpectedAnswer),
        row("[assumed] scope without code", refusal(401, nil, noScope), .ambiguous, .unexpectedAnswer),
        row(
            "[assumed] the token endpoint's form", response(400, #"{"error":"invalid_request","reason":"x"}"#),
            .ambiguous, .unexpectedAnswer),
        row("[seen] HTML 404", response(404, "text/html", html), .ambiguous, .unexpectedAnswer),
        row("[assumed] HTML 401", response(401, "text/html", html), .ambiguous, .unexpectedAnswer),
        row(
            "[assumed] the right words in another type",
            response(404, "text/plain", #"{"code":1401,"message":"App ID does not exist."}"#), .ambiguous,
            .unexpectedAnswer),
        row("[assumed] half JSON", response(400, #"{"code":1500,"me"#), .ambiguous, .unexpectedAnswer),
        row("[assumed] bare 400", response(400, nil, ""), .ambiguous, .unexpectedAnswer),
        row("[assumed] 408 in Zoom's form", refusal(408, 1500, "x"), .ambiguous, .serverError),
        row("[assumed] 500 in Zoom's form", refusal(500, 1500, "x"), .ambiguous, .serverError),
        row("[assumed] 500 that speaks of throttling", refusal(500, 2000, throttle), .ambiguous, .serverError),
        row("[seen] 502 HTML", response(502, "text/html", html), .ambiguous, .serverError),
        row("[assumed] 503 empty", response(503, nil, ""), .ambiguous, .serverError),
        row("[assumed] 302", response(302, nil, ""), .ambiguous, .redirected),
        row("[assumed] 201 empty", response(201, nil, ""), .ambiguous, .unexpectedAnswer),
        row("[assumed] 204", response(204, nil, ""), .ambiguous, .unexpectedAnswer),
    ]

    @Test(arguments: certain + uncertain) func `every answer of Zoom has its class`(row: Row) {
        let failure = ZoomFailure(.rotation, row.answer, now: 0)
        #expect(failure.disposition == row.disposition)
        #expect(failure.cause == row.cause)
        #expect(failure.scopes == row.scopes)
        #expect(failure.status == row.answer.status)
    }

    @Test(arguments: certain + uncertain)
    func `a call that certainly changed nothing is told from one that may have`(row: Row) async throws {
        let call = await row.rotate()
        #expect(call.name == (row.disposition == .ambiguous ? "unknown" : "certainlyNot"))
        #expect(call.failure?.cause == row.cause)
        let body = row.answer.body.text
        #expect(call.body?.text == (row.disposition == .ambiguous && !body.isEmpty ? body : nil))
    }

    @Test(arguments: certain + uncertain)
    func `an end that certainly was not set is told from one that may have been`(row: Row) async throws {
        let call = await row.endOld()
        let failure = ZoomFailure(.rotation, row.answer, now: 0)
        switch row.disposition {
        case _ where row.cause == .oldSecretGone: #expect(call == .alreadyGone)
        // A 2xx is looked at for what it says, and may be had again.
        case _ where row.answer.status < 300:
            guard case .unknown(let failure) = call else {
                Issue.record("\(call)")
                return
            }
            #expect(failure.cause == .unexpectedAnswer)
        case _ where row.cause == .outOfRange: #expect(call == .outOfRange(failure))
        // Another token may do.
        case _ where row.cause == .tokenRefused: #expect(call == .notNow(failure))
        case .permanent: #expect(call == .refused(failure))
        case .transient, .throttled: #expect(call == .notNow(failure))
        case .ambiguous: #expect(call == .unknown(failure))
        }
    }

    @Test(arguments: ClassificationTests.transportRows)
    func `each failure of the transport has its class`(
        failure: TransportFailure, disposition: ZoomFailure.Disposition, cause: ZoomCause
    ) async throws {
        let call = await ZoomClient(transport: FakeTransport(.failure(failure)), now: { 0 }).rotate()
        #expect(call.name == (failure.delivery == .notSent ? "certainlyNot" : "unknown"))
        #expect(call.failure?.cause == cause)
        #expect(call.body == nil)
        let part = TransportFailure(failure.kind, .ambiguous, partial: secret("half"))
        let cut = await ZoomClient(transport: FakeTransport(.failure(part)), now: { 0 }).rotate()
        #expect(cut.name == "unknown")
        #expect(cut.body?.text == "half")
    }
}

extension Row {
    fileprivate var client: ZoomClient { ZoomClient(transport: FakeTransport(.success(answer)), now: { 0 }) }

    fileprivate func rotate() async -> RotationCall { await client.rotate() }

    fileprivate func endOld() async -> EndOldSecretCall {
        await client.endOldSecret(
            appID: "app", at: Timestamp(unixSeconds: 0), token: secret("T0K3N"), api: ZoomEndpoints.commercial.apiURL)
    }
}
