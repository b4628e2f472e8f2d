import Domain
import SecretMemory
import SocketAPI
import Vault

/// The agent's documents, built from the catalog.
extension CredentialsAnswer {
    init(_ entry: AppEntry) {
        self.init(
            app: entry.app.name, generation: entry.credential.generation.number, accountID: entry.app.accountID,
            clientID: entry.app.clientID, clientSecret: entry.credential.clientSecret.bytes.copy(),
            createdAt: entry.credential.createdAt, rotating: entry.rotation != nil,
            previousValidUntil: entry.previousValidUntil)
    }
}

extension FieldAnswer {
    init(_ entry: AppEntry, _ field: CredentialField) {
        let value =
            switch field {
            case .accountID: SecretBytes(copying: entry.app.accountID)
            case .clientID: SecretBytes(copying: entry.app.clientID)
            case .clientSecret: entry.credential.clientSecret.bytes.copy()
            }
        self.init(app: entry.app.name, generation: entry.credential.generation.number, field: field, value: value)
    }
}

extension TokenAnswer {
    init(_ name: Name, _ token: SeenToken, now: Moment) {
        self.init(
            app: name, generation: token.token.generation.number, accessToken: token.token.accessToken.bytes.copy(),
            tokenType: token.token.tokenType, expiresAt: token.expiresAt(at: now),
            expiresIn: max(token.secondsLeft(at: now), 0), scope: token.token.scopes?.joined(separator: " ") ?? "",
            apiURL: token.token.apiURL)
    }
}
