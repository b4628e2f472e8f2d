import Domain
package import HTTPTransport
import SecretJSON
package import SecretMemory

/// A signed-in session with a PingFederate console. Each call of its administrative API is made once and classified.
package struct ConsoleSession: Sendable {
    let transport: any HTTPTransport
    private let api: EndpointURL
    private let tls: TLSOptions
    private let authorization: HTTPHeader?
    /// The secrets to withhold from the console's messages.
    let secrets: [SecretBox]
    let party: Counterpart

    /// Signs in. Only OAuth needs a request for that.
    package init(_ access: ConsoleAccess, over transport: any HTTPTransport) async throws(ConsoleFailure) {
        self.transport = transport
        api = access.api
        party = Counterpart(.console, of: access, at: access.api)
        switch access.login {
        case .basic(let user, let password):
            let pair = SecretBox.basicPair(user, password)
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

    // MARK: Calls

    /// The version, such as `12.1.0.5`.
    package func version() async throws(ConsoleFailure) -> String {
        try await get("/version") { json throws(UnusableAnswer) in
            guard let version = json.words("version", of: json.root) else { throw UnusableAnswer("it has no version") }
            return version.printable(limit: 40)
        }
    }

    package func connection(_ id: String) async throws(ConsoleFailure) -> SPConnection {
        try await get(try path("/idp/spConnections/", id)) { json throws(UnusableAnswer) in SPConnection(json) }
    }

    /// Replaces a connection as a whole. PingFederate checks it, and may try the new credentials. [doc]
    /// - Parameter sent: the secrets in it, to withhold from the console's messages.
    package func put(
        _ text: consuming SecretBytes, as id: String, withholding sent: [SecretBox]
    ) async throws(ConsoleFailure) -> SPConnection {
        var request = try request(.put, try path("/idp/spConnections/", id), body: SecretBox(text))
        if party.bypassesExternalValidation { request.headers.append(HTTPHeader("X-BypassExternalValidation", "true")) }
        return try read(try await send(request, withholding: sent)) { json throws(UnusableAnswer) in SPConnection(json)
        }
    }

    // MARK: Requests

    func path(_ folder: String, _ id: String) throws(ConsoleFailure) -> String {
        guard !id.isEmpty, !id.allSatisfy({ $0 == "." }) else {  // a step up the path
            throw ConsoleFailure(.needsFix, .mismatch, detail: "the ID is empty, or consists of dots only")
        }
        return folder + id.percentEncoded
    }

    func request(
        _ method: HTTPRequest.Method, _ path: String, body: SecretBox? = nil, size: AnswerSize = .one
    ) throws(ConsoleFailure) -> HTTPRequest {
        let url: EndpointURL
        do { url = try api.appending(path) } catch {
            throw ConsoleFailure(.needsFix, .mismatch, detail: error.description)
        }
        var headers = [HTTPHeader("X-XSRF-Header", "PingFederate"), HTTPHeader("Accept", "application/json")]
        if let authorization { headers.append(authorization) }
        if body != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
        if body == nil, method != .get { headers.append(HTTPHeader("Content-Length", "0")) }
        // PingFederate may try the new credentials at Zoom before it answers.
        let total = method == .get ? size.time : .seconds(60)
        return HTTPRequest(
            method, url, headers: headers, body: body, limits: HTTPLimits(total: total, body: size.bytes), tls: tls)
    }

    func send(
        _ request: HTTPRequest, withholding sent: [SecretBox] = []
    ) async throws(ConsoleFailure) -> HTTPResponse {
        var party = party
        party.call = request.method == .put ? .save : request.url.target.contains("/cluster/") ? .replication : .look
        let answer: HTTPResponse
        do { answer = try await transport.send(request) } catch { throw ConsoleFailure(error, of: party) }
        guard (200...299).contains(answer.status) else {
            throw ConsoleFailure(
                answer, of: party, withholding: secrets + sent, isFirst: request.url.target.hasSuffix("/version"))
        }
        return answer
    }

    func get<Value: Sendable>(
        _ path: String, _ size: AnswerSize = .one,
        _ take: (consuming JSONDocument) throws(UnusableAnswer) -> Value
    ) async throws(ConsoleFailure) -> Value {
        try read(try await send(try request(.get, path, size: size)), size, take)
    }

    /// Reads what is needed of a 2xx answer.
    func read<Value>(
        _ answer: HTTPResponse, _ size: AnswerSize = .one,
        _ take: (consuming JSONDocument) throws(UnusableAnswer) -> Value
    ) throws(ConsoleFailure) -> Value {
        do { return try take(try answer.json(limit: size.bytes, depth: 64, values: size.values)) } catch {
            throw ConsoleFailure(error, answer, of: party)
        }
    }
}

/// The most bytes, JSON values and time that an answer may take.
struct AnswerSize: Sendable {
    let bytes: Int
    let values: Int
    let time: Duration

    /// A connection that contains certificates can be long.
    static let one = AnswerSize(bytes: 16 << 20, values: 1_000_000, time: .seconds(20))
    /// A large console needs time and space for a list.
    static let list = AnswerSize(bytes: 64 << 20, values: 4_000_000, time: .seconds(120))
}
