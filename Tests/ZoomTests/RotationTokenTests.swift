import Domain
import HTTPTransport
import Sandbox
import SecretMemory
import Synchronization
import Testing

@testable import Zoom

private let client = Zoom.OAuthGrant.clientCredentials
private let account = Zoom.OAuthGrant.accountCredentials

/// Answers each grant in its own way, and remembers which were asked for.
private final class GrantTransport: HTTPTransport {
    private let answers: [Zoom.OAuthGrant: HTTPResponse]
    private let log = Mutex<[Zoom.OAuthGrant]>([])

    init(_ answers: [Zoom.OAuthGrant: HTTPResponse]) { self.answers = answers }

    var asked: [Zoom.OAuthGrant] { log.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let grant = request.body?.text.contains(account.rawValue) == true ? account : client
        log.withLock { $0.append(grant) }
        guard let answer = answers[grant] else { throw TransportFailure(.unreachable, .notSent) }
        return answer
    }
}

private func error(_ name: String, _ reason: String = "x") -> HTTPResponse {
    response(400, #"{"error":"\#(name)","reason":"\#(reason)"}"#)
}

private let carries = response(200, tokenJSON(("scope", #""scim2 marketplace:update:client_secret""#)))
private let lacks = response(200, tokenJSON(("scope", #""scim2 marketplace:update:client_secrets""#)))
private let silent = response(200, tokenJSON(("scope", nil)))
private let unsupported = error("unsupported_grant_type")

/// One row: what each grant brings, what was remembered; then which calls are made, and what comes of them.
private struct UnlockMethod: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let answers: [Zoom.OAuthGrant: HTTPResponse]
    let remembered: Zoom.OAuthGrant?
    let asked: [Zoom.OAuthGrant]
    let outcome: Result<Zoom.OAuthGrant, Reason>

    struct Reason: Error, Equatable {
        let cause: ZoomCause
        let disposition: ZoomFailure.Disposition
    }

    init(
        _ name: String, _ clients: HTTPResponse?, _ accounts: HTTPResponse?, _ remembered: Zoom.OAuthGrant? = nil,
        asks asked: [Zoom.OAuthGrant], gives grant: Zoom.OAuthGrant? = nil, or cause: ZoomCause = .cancelled,
        _ disposition: ZoomFailure.Disposition = .permanent
    ) {
        testDescription = name
        answers = [client: clients, account: accounts].compactMapValues { $0 }
        self.remembered = remembered
        self.asked = asked
        outcome = grant.map { .success($0) } ?? .failure(Reason(cause: cause, disposition: disposition))
    }
}

@Suite struct RotationTokenTests {
    private static let ways = [
        UnlockMethod("[doc] client first", carries, carries, asks: [client], gives: client),
        UnlockMethod("[doc] then account", lacks, carries, asks: [client, account], gives: account),
        UnlockMethod(
            "[assumed] grant not allowed, then account", unsupported, carries, asks: [client, account], gives: account),
        UnlockMethod(
            "[assumed] no account sent, then account", error("invalid_request"), carries, asks: [client, account],
            gives: account),
        UnlockMethod("remembered first", carries, carries, account, asks: [account], gives: account),
        UnlockMethod("remembered, but it changed", carries, lacks, account, asks: [account, client], gives: client),
        UnlockMethod(
            "remembered, but not allowed any more", carries, unsupported, account, asks: [account, client],
            gives: client),
        UnlockMethod("neither", lacks, lacks, asks: [client, account], or: .missingScopes),
        UnlockMethod("neither, one not allowed", unsupported, lacks, asks: [client, account], or: .missingScopes),
        UnlockMethod(
            "neither, the other not allowed", lacks, unsupported, asks: [client, account], or: .missingScopes),
        UnlockMethod("none allowed", unsupported, unsupported, asks: [client, account], or: .unsupportedGrant),
        UnlockMethod(
            "[seen] scope absent: a better one is looked for", silent, carries, asks: [client, account], gives: account),
        UnlockMethod("[seen] scope absent, nothing better", silent, lacks, asks: [client, account], gives: client),
        UnlockMethod("[seen] scope absent from both", silent, silent, asks: [client, account], gives: client),
        UnlockMethod("[seen] scope absent, the other fails", silent, nil, asks: [client, account], gives: client),
        UnlockMethod("[seen] scope absent from the second", lacks, silent, asks: [client, account], gives: account),
        UnlockMethod(
            "[seen] scope absent, but it worked before", carries, silent, account, asks: [account], gives: account),
        UnlockMethod(
            "[doc] a bad secret is tried once", error("invalid_client"), carries, asks: [client], or: .invalidClient),
        UnlockMethod(
            "[assumed] a disabled app", error("invalid_client", "disabled"), carries, asks: [client], or: .appDisabled),
        UnlockMethod(
            "[doc] a wrong account", lacks, error("invalid_request"), asks: [client, account], or: .wrongAccount),
        UnlockMethod("no connection", nil, carries, asks: [client], or: .unreachable, .transient()),
        UnlockMethod(
            "no connection the second time", lacks, nil, asks: [client, account], or: .unreachable, .transient()),
        UnlockMethod("[doc] throttled", response(429, nil, ""), carries, asks: [client], or: .throttled, .throttled()),
    ]

    @Test(arguments: ways)
    private func `every way to a token that may rotate is tried in order`(way: UnlockMethod) async throws {
        let transport = GrantTransport(way.answers)
        let result: Result<Zoom.OAuthGrant, UnlockMethod.Reason>
        do throws(ZoomFailure) {
            let found = try await ZoomClient(transport: transport, now: { 0 }).rotationToken(
                credentials: .planted, remembered: way.remembered, at: .commercial)
            result = .success(found.grant)
        } catch {
            result = .failure(UnlockMethod.Reason(cause: error.cause, disposition: error.disposition))
            #expect(!error.texts.contains("Planted"))
        }
        #expect(result == way.outcome)
        #expect(transport.asked == way.asked)
    }

    @Test(arguments: [GrantChoice.client, .account, .both, .none], [nil, client, account])
    func `a token that may rotate is found, whichever grant carries the scope`(
        choice: GrantChoice, remembered: Zoom.OAuthGrant?
    ) async throws {
        try await RotationBench.with({ $0.rotationScopeGrant = choice }) { bench in
            let found = try? await bench.client.rotationToken(
                credentials: bench.credentials(), remembered: remembered, at: bench.endpoints)
            let expected: Zoom.OAuthGrant? =
                switch choice {
                case .client: client
                case .account: account
                case .both: remembered ?? client
                case .none: nil
                }
            #expect(found?.grant == expected)
            #expect(bench.grants.count == (expected == (remembered ?? client) ? 1 : 2))
            guard let found else { return }
            let call = try await bench.rotate(token: found.token.accessToken)
            #expect(call.name == "answered")
        }
    }

    @Test(arguments: [GrantChoice.client, .account])
    func `a token that may rotate is found when only one grant is allowed`(choice: GrantChoice) async throws {
        try await RotationBench.with({ ($0.rotationScopeGrant, $0.allowedGrants) = (.both, choice) }) { bench in
            let found = try await bench.client.rotationToken(credentials: bench.credentials(), at: bench.endpoints)
            #expect(found.grant == (choice == .client ? client : account))
        }
    }

    @Test func `[seen] while the scope is absent the call decides, and changes nothing`() async throws {
        try await RotationBench.with({ $0.scopeDelaySeconds = 6000 }) { bench in
            let call = try await bench.rotate()
            #expect(call.name == "certainlyNot")
            #expect(call.failure?.cause == .missingScopes && call.failure?.scopes == [ZoomClient.rotationScope])
            try bench.server.withState { try $0.clock.advance(seconds: 6000) }
            #expect(try await bench.rotate().name == "answered")
        }
    }
}
