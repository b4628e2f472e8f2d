import FoundationEssentials

/// `/_sandbox/apps…` and `/_sandbox/accepts`.
extension SandboxState {
    private struct AppView: Encodable {
        struct Secret: Encodable {
            var id: String
            var created: Date
            var worksFrom: Date?
            var revokeTime: Date?
            var accepted: Bool
        }
        var accountID: String
        var clientID: String
        var marketplaceAppID: String
        var owner: String
        var active: Bool
        var scopes: [String]
        var scopesChanged: Date
        /// The changes of the rotation schedule that the throttle still counts.
        var scheduleChanges: [Date]
        var secrets: [Secret]
        /// Only in the answer to the request that made the app.
        var clientSecret: String?

        init(_ app: App, at now: Date, clientSecret: String? = nil) {
            accountID = app.accountID
            clientID = app.clientID
            marketplaceAppID = app.marketplaceAppID
            owner = app.owner
            active = app.active
            scopes = app.scopes
            scopesChanged = app.scopesChanged
            scheduleChanges = app.scheduleChanges(at: now)
            secrets = app.secrets.all.map {
                Secret(
                    id: $0.id, created: $0.created, worksFrom: $0.worksFrom, revokeTime: $0.revoked,
                    accepted: $0.isAccepted(at: now))
            }
            self.clientSecret = clientSecret
        }
    }

    private struct ScopeList: ControlBody {
        var scopes: [String]
        enum CodingKeys: CodingKey, CaseIterable { case scopes }
    }

    private struct Pair: ControlBody {
        var clientID: String
        var clientSecret: String
        enum CodingKeys: String, CodingKey, CaseIterable {
            case clientID = "client_id", clientSecret = "client_secret"
        }
    }

    private struct Verdict: Encodable {
        var accepted: Bool
        var secretID: String?
    }

    private struct Regenerated: Encodable {
        var secretID: String
        var clientSecret: String
        var oldRevokeTime: Date
    }

    mutating func controlApps(
        _ request: SandboxRequest, _ segments: [String], at now: Date, random: inout some RandomNumberGenerator
    ) throws(ControlError) -> SandboxResponse {
        switch (request.method, segments.count, segments.last) {
        case ("POST", 1, "accepts"): return .json(200, verdict(try Pair.read(request.body), at: now))
        case ("GET", 1, "apps"): return .json(200, ["apps": apps.all.map { AppView($0, at: now) }])
        case ("POST", 1, "apps"):
            let app = try apps.add(AppProfile.read(request.body), at: now, random: &random)
            return .json(201, AppView(app, at: now, clientSecret: app.secrets.current.value))
        case (_, 2...3, _) where segments[0] == "apps":
            guard let app = apps.find(clientID: segments[1]) else { throw .notFound("no app has this client_id") }
            return try control(app, request, segments.count == 3 ? segments[2] : nil, at: now, random: &random)
        default: throw .notFound("no such control: \(request.method.prefix(20)) \(request.path.prefix(100))")
        }
    }

    private mutating func control(
        _ app: App, _ request: SandboxRequest, _ verb: String?, at now: Date, random: inout some RandomNumberGenerator
    ) throws(ControlError) -> SandboxResponse {
        switch (request.method, verb) {
        case ("GET", nil): break
        case ("DELETE", nil):
            apps.remove(app.number)
            return .done
        case ("POST", "activate"): apps.update(app.number) { $0.activate() }
        case ("POST", "deactivate"): apps.update(app.number) { $0.deactivate() }
        case ("PUT", "scopes"):
            let scopes = try ScopeList.read(request.body).scopes
            apps.update(app.number) { $0.setScopes(scopes, at: now) }
        case ("POST", "ui-regenerate"): return .json(201, regenerate(app, at: now, random: &random))
        default: throw .notFound("no such control: \(request.method.prefix(20)) \(request.path.prefix(100))")
        }
        guard let changed = apps.find(number: app.number) else { return .done }
        return .json(200, AppView(changed, at: now))
    }

    /// Does what generating a new secret in the Marketplace does.
    private mutating func regenerate(
        _ app: App, at now: Date, random: inout some RandomNumberGenerator
    ) -> Regenerated {
        let secret = newSecret(at: now, random: &random)
        let end = switches.uiRegenerate == .keep30Days ? now.addingTimeInterval(Self.longestOverlap) : now
        apps.update(app.number) { $0.secrets.add(secret, oldRevokedAt: end, at: now, second: .add, isByHand: true) }
        return Regenerated(secretID: secret.id, clientSecret: secret.value, oldRevokeTime: end)
    }

    /// Whether the token endpoint would accept this pair now, activation apart. Mints and logs nothing.
    private func verdict(_ pair: Pair, at now: Date) -> Verdict {
        let secret = apps.find(clientID: pair.clientID)?.secrets.find(pair.clientSecret)
        return Verdict(accepted: secret?.isAccepted(at: now) ?? false, secretID: secret?.id)
    }
}
