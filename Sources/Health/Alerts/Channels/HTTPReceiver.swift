import Domain
package import HTTPTransport
package import SecretMemory

/// A web service that gets alerts by POST, each in its format.
package struct HTTPReceiver: AlertReceiver {
    package enum Format: Sendable {
        /// Keyturn's own.
        case own
        case slack, teams
        /// With the integration key of a service.
        case pagerDuty(routingKey: SecretBox)
    }

    private let url: EndpointURL
    private let format: Format
    private let tls: TLSOptions
    private let transport: any HTTPTransport

    package init(_ url: EndpointURL, _ format: Format, _ tls: TLSOptions, over transport: any HTTPTransport) {
        (self.url, self.format, self.tls, self.transport) = (url, format, tls, transport)
    }

    /// Of the address, which may be a secret, only the host.
    package var place: String { url.origin }

    package func send(_ alert: Alert, from host: String) async throws(NotAccepted) {
        let request = HTTPRequest(
            .post, url, headers: [HTTPHeader("Content-Type", "application/json")],
            body: SecretBox(body(of: alert, from: host)), limits: HTTPLimits(total: .seconds(10), body: 64 << 10),
            tls: tls)
        let answer: HTTPResponse
        do throws(TransportFailure) { answer = try await transport.send(request) } catch {
            throw NotAccepted("\(place): \(error)")
        }
        if let failure = Self.failure(answer.status, retryAfter: answer.headers["Retry-After"]) {
            throw NotAccepted(
                "\(place) answered \(answer.status)", isFinal: failure.isFinal, retryAfter: failure.retryAfter)
        }
    }

    private func body(of alert: Alert, from host: String) -> SecretBytes {
        switch format {
        case .own: alert.json(host: host)
        case .slack: alert.slack(host: host)
        case .teams: alert.teams(host: host)
        case .pagerDuty(let key): alert.pagerDuty(host: host, routingKey: key.bytes)
        }
    }

    /// What a status means; `nil` for 2xx. 429, a server's error and a time-out pass. Any other is an answer to this
    /// address and this content: a redirect, which is not followed, and a refusal, which would be repeated.
    static func failure(_ status: Int, retryAfter: String?) -> (isFinal: Bool, retryAfter: Int?)? {
        switch status {
        case 200...299: nil
        case 408, 425, 429, 500...: (false, retryAfter.flatMap(Int.init).map { min(max($0, 0), 3600) })
        default: (true, nil)
        }
    }
}
