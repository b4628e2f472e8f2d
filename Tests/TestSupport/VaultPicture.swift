package import Domain
package import Vault

/// All that a vault serves, in the clear, so that two states can be compared.
package struct VaultPicture: Equatable, Sendable {
    package struct AppPicture: Equatable, Sendable {
        package var app: App
        package var secret: String
        package var generation: Int
        package var fingerprint: String?
        package var createdAt: Int
        package var suspectSince: Timestamp?
        /// Number and secret of the one before it.
        package var previous: [String]
        package var replaced: ReplacedSecret?
        package var refusedRotation: RefusedRotation?
        package var token: TokenPicture?
        package var refusals: Refusals?
        package var rotation: RotationPicture?
        package var candidates: [CandidatePicture]
        package var receipts: [Receipt]
        package var schedulerState: SchedulerState
    }

    package struct RotationPicture: Equatable, Sendable {
        package var id: String
        package var phase: RotationPhase
        package var due: Int?
        package var answer: String?
        package var candidate: String?
        /// All else.
        package var text: String
    }

    package struct CandidatePicture: Equatable, Sendable {
        package var secret: String?
        package var answer: String?
        /// All else.
        package var text: String
    }

    package struct TokenPicture: Equatable, Sendable {
        package var text: String
        package var type: String
        package var scopes: [String]?
        package var apiURL: String
        package var generation: Int
        package var issuedAt: Int
        package var expiresAt: Int
    }

    package struct TargetPicture: Equatable, Sendable {
        package var name: String
        package var appID: String
        /// All that it is configured with.
        package var text: String
        package var delivery: Delivery
    }

    package var apps: [AppPicture]
    package var targets: [TargetPicture]
    package var clients: [Client]

    package init(_ vault: Vault) {
        apps = vault.catalog.apps.map { entry in
            AppPicture(
                app: entry.app, secret: entry.credential.clientSecret.text,
                generation: entry.credential.generation.number, fingerprint: entry.fingerprint,
                createdAt: entry.credential.createdAt.unixSeconds, suspectSince: entry.credential.suspectSince,
                previous: entry.previous.map { ["\($0.generation)", $0.clientSecret.text] } ?? [],
                replaced: entry.replaced, refusedRotation: entry.refusedRotation,
                token: entry.token.map { TokenPicture($0.token) },
                refusals: entry.refusals, rotation: entry.rotation.map { RotationPicture($0) },
                candidates: entry.candidates.map { CandidatePicture($0) },
                receipts: entry.receipts.values.sorted { $0.holder < $1.holder },
                schedulerState: entry.schedulerState)
        }
        clients = vault.catalog.clients
        targets = vault.catalog.targets.map { TargetPicture($0) }
    }

    /// The same without what Zoom or the clients give again for the asking.
    package var withoutTokens: VaultPicture {
        var picture = self
        for index in apps.indices {
            (picture.apps[index].token, picture.apps[index].refusals) = (nil, nil)
            (picture.apps[index].receipts, picture.apps[index].schedulerState) = ([], SchedulerState())
        }
        for index in targets.indices { picture.targets[index].delivery = Delivery() }
        return picture
    }
}

extension VaultPicture.TargetPicture {
    package init(_ entry: TargetEntry) {
        let target = entry.target
        let login =
            switch target.login {
            case .basic(let user, let password): "basic \(user) \(password.text)"
            case .clientCredentials(let client):
                "oauth \(client.tokenURL) \(client.clientID) \(client.secret.text) \(client.scopes) \(client.authMethod)"
            case .certificate(let chain, let key): "certificate \(chain) \(key.text)"
            }
        self.init(
            name: target.name.description, appID: target.appID,
            text: "\(target.id) \(target.adminURL) \(target.connection) \(target.fields) \(login) \(target.trust) "
                + "\(target.replication) \(target.settle) \(target.createdAt) \(target.bypassesExternalValidation) "
                + "\(target.restoresDrift) \(String(describing: target.pinExpires))", delivery: entry.delivery)
    }
}

extension VaultPicture.RotationPicture {
    package init(_ rotation: Rotation) {
        self.init(
            id: rotation.id, phase: rotation.phase, due: rotation.due?.unixSeconds, answer: rotation.answer?.text,
            candidate: rotation.candidate?.text,
            text: "\(rotation.base) \(rotation.target) \(rotation.trigger) \(rotation.plannedAt) \(rotation.overlap) "
                + "\(rotation.attempts) \(rotation.calls) \(rotation.isRestored) \(rotation.reason ?? "") "
                + [rotation.enteredAt, rotation.revokeAt, rotation.promotedAt, rotation.publishedAt, rotation.endedAt]
                .map { $0?.description ?? "-" }.joined(separator: " "))
    }
}

extension VaultPicture.CandidatePicture {
    package init(_ candidate: Candidate) {
        self.init(
            secret: candidate.secret?.text, answer: candidate.answer?.text,
            text: "\(candidate.id) \(candidate.answeredAt) \(candidate.savedAt) \(candidate.beside) "
                + "\(candidate.askedAt?.description ?? "-") \(candidate.verdict?.rawValue ?? "-")")
    }
}

extension VaultPicture.TokenPicture {
    package init(_ token: Token) {
        self.init(
            text: token.accessToken.text, type: token.tokenType, scopes: token.scopes, apiURL: token.apiURL,
            generation: token.generation.number, issuedAt: token.issuedAt.unixSeconds,
            expiresAt: token.expiresAt.unixSeconds)
    }
}
