import Domain
import HTTPTransport
import SocketAPI
import Vault

// Objects as an operator writes them, of those in the vault.

extension AppObject {
    init(_ app: App) {
        var rotation = Rotation()
        rotation.every = app.policy.every
        rotation.window = app.policy.windows
        rotation.timeZone = app.policy.timeZone
        rotation.overlap = app.policy.overlap
        rotation.paused = app.policy.isPaused ? true : nil
        self.init(
            name: app.name, accountID: app.accountID, clientID: app.clientID,
            marketplaceAppID: app.marketplaceAppID, environment: app.environment, profile: app.profile,
            labels: app.labels, rotation: rotation)
    }

    /// What makes an app this one.
    func patch(of known: App) -> AppPatch {
        var patch = AppPatch()
        patch.rotateEvery = rotation.every ?? 0
        patch.window = rotation.window
        patch.timeZone = rotation.timeZone
        patch.overlap = rotation.overlap
        patch.paused = rotation.paused
        patch.accountID = accountID
        patch.clientID = clientID
        patch.marketplaceAppID = marketplaceAppID
        for field in AppProfile.Field.allCases { patch.profile[field] = profile[field] ?? "" }
        patch.labels = labels
        patch.removedLabels = known.labels.all.map(\.key).filter { labels[$0] == nil }
        return patch
    }
}

extension ClientDraft {
    /// A client whose user has a name is known by that: numbers differ between hosts.
    init(_ client: Client) {
        let selectors = client.selectors
        self.init(
            name: client.name, uid: selectors.user == nil ? Int(selectors.uid) : nil, user: selectors.user,
            gid: selectors.gid.map(Int.init), unit: selectors.unit?.description, exe: selectors.executable,
            foreign: selectors.allowsForeign, allow: client.grants)
    }

    /// With the user's name of another draft instead of a number.
    func named(_ other: ClientDraft) -> ClientDraft {
        ClientDraft(
            name: name, uid: nil, user: other.user, gid: gid, unit: unit, exe: exe, foreign: foreign, allow: allow)
    }
}

extension TargetObject {
    init(_ target: PushTarget) {
        self.init(
            name: target.name, app: target.app, adminURL: target.adminURL, connection: target.connection,
            fields: TargetFields(target.fields),
            login: target.login.kind, replicate: target.replication, settle: target.settle,
            bypassesExternalValidation: target.bypassesExternalValidation, restoresDrift: target.restoresDrift)
        switch target.login {
        case .basic(let user, _): self.user = user
        case .clientCredentials(let client):
            (tokenURL, clientID, tokenAuthMethod) = (client.tokenURL, client.clientID, client.authMethod)
            scope = client.scope
        case .certificate: break
        }
        switch target.trust {
        case .system: break
        case .authorities(let text): ca = text
        case .pin(let digits): pin = digits
        }
        (provisionerLog, provisionerChannel) = (target.provisionerLog?.path, target.provisionerLog?.channel)
    }

    /// Whether the stored secret of the login is not used for this one, as for another server, user or client.
    func needsSecret(beside known: TargetObject) -> Bool {
        func origin(_ url: String?) -> String? { url.flatMap { try? EndpointURL($0).origin } }
        guard login == known.login else { return true }
        switch login {
        case .basic: return user != known.user || origin(adminURL) != origin(known.adminURL)
        case .clientCredentials:
            return clientID != known.clientID || origin(tokenURL) != origin(known.tokenURL)
                || origin(adminURL) != origin(known.adminURL)
        case .certificate: return false
        }
    }
}

extension TargetObject {
    /// With the fingerprints of its CAs in place of their PEM text, for a line.
    var certificatesNamed: TargetObject {
        var named = self
        named.ca = ca.map { text in
            CertificateLife.all(inPEM: text).map { $0.map { "sha256 \($0.fingerprint)" } ?? "unreadable" }
                .joined(separator: ", ")
        }
        return named
    }
}

extension TargetFields {
    init(_ fields: PushTarget.Fields) {
        self.init(accountID: fields.accountID, clientID: fields.clientID, clientSecret: fields.clientSecret)
    }
}
