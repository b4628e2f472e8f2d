import Domain
import Glibc
package import HTTPTransport
package import SecretMemory

/// Zoom's endpoints. Each method makes one call and throws a classified failure; waiting and repeating are up to the
/// caller.
package struct ZoomClient: Sendable {
    let transport: any HTTPTransport
    package let now: @Sendable () -> Int

    /// - Parameter now: seconds since 1970, UTC.
    package init(transport: any HTTPTransport, now: @escaping @Sendable () -> Int = { time(nil) }) {
        self.transport = transport
        self.now = now
    }

    /// Asks for a new token. Earlier ones stay valid. [doc]
    package func mint(
        _ credentials: ZoomCredentials, grant: OAuthGrant = .accountCredentials, at endpoints: ZoomEndpoints
    ) async throws(ZoomFailure) -> ZoomToken {
        let pair = credentials.basicPair()
        let request = HTTPRequest(
            .post, endpoints.tokenURL,
            headers: [
                .authorization("Basic", pair),
                HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
                HTTPHeader("Accept", "application/json"),
            ],
            body: credentials.form(grant), limits: HTTPLimits(body: ZoomToken.answerLimit),
            isRepeatable: true)  // a second token does no harm
        let secrets = [credentials.clientSecret, pair]
        return try await call(request, .token(grant), secrets) { answer, _ throws(UnusableAnswer) in
            var token = try ZoomToken(reading: answer, at: endpoints)
            token.trackingID = answer.trackingID(withholding: secrets + [token.accessToken])
            return token
        }
    }

    /// Lists one user over SCIM, as PingFederate does. The user's data is not read.
    /// - Parameter api: the token's own ``ZoomToken/apiURL``, else the configured one.
    package func probeSCIM(token: SecretBox, api: EndpointURL) async throws(ZoomFailure) -> SCIMProbe {
        try await get("/scim2/Users?startIndex=1&count=1", accept: "application/scim+json", token, api, .scim) {
            answer, id throws(UnusableAnswer) in try SCIMProbe(reading: answer, trackingID: id)
        }
    }

    /// - Parameter api: the token's own ``ZoomToken/apiURL``, else the configured one.
    package func usersSummary(token: SecretBox, api: EndpointURL) async throws(ZoomFailure) -> UsersSummary {
        try await get("/v2/users/summary", accept: "application/json", token, api, .api) {
            answer, id throws(UnusableAnswer) in try UsersSummary(reading: answer, trackingID: id)
        }
    }

    private func get<Value: Sendable>(
        _ path: String, accept: String, _ token: SecretBox, _ api: EndpointURL, _ call: ZoomCall,
        _ read: (HTTPResponse, String?) throws(UnusableAnswer) -> Value
    ) async throws(ZoomFailure) -> Value {
        let url: EndpointURL
        do { url = try api.appending(path) } catch {
            throw ZoomFailure(.permanent, .notTried, detail: error.description)
        }
        let headers = [HTTPHeader.authorization("Bearer", token), HTTPHeader("Accept", accept)]
        return try await self.call(HTTPRequest(.get, url, headers: headers), call, [token], read)
    }

    private func call<Value: Sendable>(
        _ request: HTTPRequest, _ call: ZoomCall, _ secrets: [SecretBox],
        _ read: (HTTPResponse, String?) throws(UnusableAnswer) -> Value
    ) async throws(ZoomFailure) -> Value {
        let answer: HTTPResponse
        do { answer = try await transport.send(request) } catch { throw ZoomFailure(error) }
        guard answer.status == 200 else { throw ZoomFailure(call, answer, now: now(), withholding: secrets) }
        do { return try read(answer, answer.trackingID(withholding: secrets)) } catch {
            throw ZoomFailure(error, answer, withholding: secrets)
        }
    }
}
