import HTTPTransport
import SecretJSON
import SecretMemory

/// A token for the admin API, by client credentials (RFC 6749 §4.4).
enum BearerToken {
    private static let limit = 64 << 10

    /// - Parameters:
    ///   - pair: client ID and secret as HTTP's basic authentication has them.
    ///   - secret: what must not come back in words.
    static func mint(
        at url: EndpointURL, _ pair: SecretBox, over transport: any HTTPTransport, _ tls: TLSOptions,
        _ secret: SecretBox
    ) async throws(ConsoleFailure) -> SecretBox {
        let request = HTTPRequest(
            .post, url,
            headers: [
                .authorization("Basic", pair), HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
                HTTPHeader("Accept", "application/json"),
            ],
            body: SecretBox(SecretBytes(copying: "grant_type=client_credentials")), limits: HTTPLimits(body: limit),
            isRepeatable: true, tls: tls)  // a second token harms nobody
        let answer: HTTPResponse
        do { answer = try await transport.send(request) } catch { throw ConsoleFailure(error) }
        guard answer.status == 200 else {
            let failure = ConsoleFailure(answer, withholding: [pair, secret])
            guard (400...499).contains(answer.status), answer.status != 408, answer.status != 429 else { throw failure }
            throw ConsoleFailure(.mend, .tokenRefused, status: answer.status, detail: failure.detail)
        }
        do throws(UnusableAnswer) {
            let json = try answer.json(limit: limit)
            guard let node = json.member("access_token", of: json.root), let token = try? json.secret(node),
                (1...16_384).contains(token.count)
            else { throw UnusableAnswer("it has no access_token") }
            return SecretBox(token)
        } catch {
            throw ConsoleFailure(error, answer)
        }
    }
}
