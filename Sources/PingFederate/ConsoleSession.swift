package import HTTPTransport
import SecretJSON
package import SecretMemory

/// A console of PingFederate, signed in to: calls of its administrative API, each made once and classified.
package struct ConsoleSession: Sendable {
    /// A connection with its certificates can be long, and a list of them longer.
    private static let answerLimit = 16 << 20
    private static let depth = 64
    private static let values = 1_000_000

    let transport: any HTTPTransport
    private let api: EndpointURL
    private let tls: TLSOptions
    private let authorization: HTTPHeader?
    /// What must not come back in the console's words.
    let secrets: [SecretBox]
    let party: Counterpart

    /// Signs in. Only OAuth asks somebody for that.
    package init(_ access: ConsoleAccess, over transport: any HTTPTransport) async throws(ConsoleFailure) {
        self.transport = transport
        api = access.api
        party = Counterpart(.console, of: access, at: access.api)
        switch access.login {
        case .basic(let user, let password):
            let pair = Self.pair(user, password)
            tls = TLSOptions(trust: access.trust)
            authorization = .authorization("Basic", pair)
            secrets = [password, pair]
        case .clientCredentials(let client):
            let token = try await BearerToken.mint(
                for: client, over: transport, TLSOptions(trust: access.trust(of: client.tokenURL)),
                Counterpart(.tokenEndpoint, of: access, at: client.tokenURL))
            tls = TLSOptions(trust: access.trust)
            authorization = .authorization("Bearer", token)
            secrets = client.withheld + [token]
        case .certificate(let identity):
            tls = TLSOptions(trust: access.trust, identity: identity)
            authorization = nil
            secrets = [identity.key]
        }
    }

    private static func pair(_ name: String, _ secret: SecretBox) -> SecretBox {
        var pair = SecretBuffer()
        pair.append(name)
        pair.append(UInt8(ascii: ":"))
        pair.append(secret.bytes)
        var encoded = SecretBuffer()
        pair.withSpan { encoded.append(base64: $0) }
        return SecretBox(encoded.finish())
    }

    // MARK: Calls

    /// Such as `12.1.0.5`.
    package func version() async throws(ConsoleFailure) -> String {
        try await get("/version") { json throws(UnusableAnswer) in
            guard let version = json.words("version", of: json.root) else { throw UnusableAnswer("it has no version") }
            return version.printable(limit: 40)
        }
    }

    package func connection(_ id: String) async throws(ConsoleFailure) -> SPConnection {
        SPConnection(try await document(request(.get, try path("/idp/spConnections/", id))))
    }

    /// Replaces a connection as a whole. PingFederate checks it, and may try the new credentials. [doc]
    /// - Parameter sent: what of it must not be repeated by the console's words.
    package func put(
        _ text: consuming SecretBytes, as id: String, withholding sent: [SecretBox]
    ) async throws(ConsoleFailure) -> SPConnection {
        var request = try request(.put, try path("/idp/spConnections/", id), body: SecretBox(text))
        if party.bypassesExternalValidation { request.headers.append(HTTPHeader("X-BypassExternalValidation", "true")) }
        return SPConnection(try await document(request, withholding: sent))
    }

    // MARK: How

    func path(_ folder: String, _ id: String) throws(ConsoleFailure) -> String {
        guard !id.isEmpty, !id.allSatisfy({ $0 == "." }) else {  // a step up the path
            throw ConsoleFailure(.mend, .mismatch, detail: "the ID is empty or nothing but dots")
        }
        var encoded = SecretBuffer()
        encoded.append(percentEncoding: id)
        return folder + encoded.withSpan { String(decoding: $0.array, as: UTF8.self) }
    }

    func request(
        _ method: HTTPRequest.Method, _ path: String, body: SecretBox? = nil
    ) throws(ConsoleFailure) -> HTTPRequest {
        let url: EndpointURL
        do { url = try api.appending(path) } catch {
            throw ConsoleFailure(.mend, .mismatch, detail: error.description)
        }
        var headers = [HTTPHeader("X-XSRF-Header", "PingFederate"), HTTPHeader("Accept", "application/json")]
        if let authorization { headers.append(authorization) }
        if body != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
        if body == nil, method != .get { headers.append(HTTPHeader("Content-Length", "0")) }
        // Saving may include a try of the new credentials at Zoom.
        let total: Duration = method == .get ? .seconds(20) : .seconds(60)
        return HTTPRequest(
            method, url, headers: headers, body: body, limits: HTTPLimits(total: total, body: Self.answerLimit),
            tls: tls)
    }

    func send(
        _ request: HTTPRequest, withholding sent: [SecretBox] = []
    ) async throws(ConsoleFailure) -> HTTPResponse {
        var party = party
        party.isSaving = request.method == .put
        let answer: HTTPResponse
        do { answer = try await transport.send(request) } catch { throw ConsoleFailure(error, of: party) }
        guard (200...299).contains(answer.status) else {
            throw ConsoleFailure(
                answer, of: party, withholding: secrets + sent, isFirst: request.url.target.hasSuffix("/version"))
        }
        return answer
    }

    private func document(
        _ request: HTTPRequest, withholding sent: [SecretBox] = []
    ) async throws(ConsoleFailure) -> JSONDocument {
        let answer = try await send(request, withholding: sent)
        do { return try answer.json(limit: Self.answerLimit, depth: Self.depth, values: Self.values) } catch {
            throw ConsoleFailure(error, answer, of: party)
        }
    }

    func get<Value: Sendable>(
        _ path: String, _ read: (borrowing JSONDocument) throws(UnusableAnswer) -> Value
    ) async throws(ConsoleFailure) -> Value {
        let answer = try await send(try request(.get, path))
        do {
            return try read(try answer.json(limit: Self.answerLimit, depth: Self.depth, values: Self.values))
        } catch {
            throw ConsoleFailure(error, answer, of: party)
        }
    }
}
