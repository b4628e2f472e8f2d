import Domain
import FoundationEssentials
import HTTPTransport
import Sandbox
import SecretMemory

@testable import Zoom

extension RotationCall {
    var name: String {
        switch self {
        case .answered: "answered"
        case .certainlyNot: "certainlyNot"
        case .unknown: "unknown"
        }
    }

    var failure: ZoomFailure? {
        switch self {
        case .answered: nil
        case .certainlyNot(let failure), .unknown(let failure, _): failure
        }
    }

    /// What arrived.
    var body: SecretBox? {
        switch self {
        case .answered(let body): body
        case .certainlyNot: nil
        case .unknown(_, let partial): partial
        }
    }

    var newSecret: SecretBox? { body.flatMap { try? RotationAnswer.read($0).get().newSecret } }
}

extension ZoomFailure {
    /// Everything that may reach a log or a person.
    var texts: String { "\(self) \(String(reflecting: self)) \(cause.remedy) \(trackingID ?? "")" }
}

extension ZoomClient {
    /// 2024-05-01T12:00:00Z
    func rotate(at api: EndpointURL = ZoomEndpoints.commercial.apiURL) async -> RotationCall {
        await rotateSecret(
            appID: "app", revokeOldAt: Timestamp(unixSeconds: 1_714_564_800), token: secret("T0K3N"), api: api)
    }
}

/// A sandbox with one app, and a client that speaks to it.
struct RotationBench {
    let server: SandboxServer
    let app: App
    let client: ZoomClient
    let endpoints: ZoomEndpoints
    private let transport: CurlTransport

    static func with(
        _ switches: (inout Switches) -> Void = { _ in }, _ body: (RotationBench) async throws -> Void
    ) async throws {
        var random = SystemRandomNumberGenerator()
        var state = SandboxState(random: &random)
        let app = try state.apps.add(AppProfile(), at: Date.now, random: &random)
        switches(&state.switches)
        let server = try SandboxServer(state: state)
        do { try await body(RotationBench(server, app)) } catch {
            await server.shutdown()
            throw error
        }
        await server.shutdown()
    }

    private init(_ server: SandboxServer, _ app: App) throws {
        self.server = server
        self.app = app
        transport = try CurlTransport(.init(userAgent: "keyturn/test"))
        client = ZoomClient(transport: transport)
        endpoints = ZoomEndpoints(
            tokenURL: try EndpointURL(server.address + "/oauth/token"), apiURL: try EndpointURL(server.address))
    }

    /// What the sandbox has for the app, oldest to newest.
    var secrets: [ClientSecret] { server.withState { $0.apps.find(clientID: app.clientID)?.secrets.all ?? [] } }

    func credentials(_ clientSecret: SecretBox? = nil) -> ZoomCredentials {
        ZoomCredentials(
            accountID: app.accountID, clientID: app.clientID,
            clientSecret: clientSecret ?? secret(secrets.last?.value ?? ""))
    }

    func token() async throws -> SecretBox {
        try await client.rotationToken(credentials: credentials(), at: endpoints).token.accessToken
    }

    func works(_ clientSecret: SecretBox) async -> Bool {
        (try? await client.mint(credentials(clientSecret), at: endpoints)) != nil
    }

    func strike(_ fault: Fault.Kind) throws {
        try server.withState { _ = try $0.faults.add(Fault(fault, path: "/v2/marketplace")) }
    }

    /// - Parameter days: from now on.
    func rotate(appID: String? = nil, days: Int = 7, token: SecretBox? = nil) async throws -> RotationCall {
        let time = Timestamp(unixSeconds: Int(Date.now.timeIntervalSince1970)) + days * 86_400
        let token = if let token { token } else { try await self.token() }
        return await client.rotateSecret(
            appID: appID ?? app.marketplaceAppID, revokeOldAt: time, token: token, api: endpoints.apiURL)
    }

    /// - Parameter seconds: from now on.
    func endOld(appID: String? = nil, in seconds: Int = 30) async throws -> EndOldSecretCall {
        await client.endOldSecret(
            appID: appID ?? app.marketplaceAppID,
            at: Timestamp(unixSeconds: Int(Date.now.timeIntervalSince1970)) + seconds, token: try await token(),
            api: endpoints.apiURL)
    }

    /// Half a minute passes at Zoom.
    func pass() throws { try server.withState { try $0.clock.advance(seconds: 31) } }

    /// How often the token endpoint was asked, by grant.
    var grants: [String] { server.withState { $0.log.entries.compactMap(\.grant) } }
}
