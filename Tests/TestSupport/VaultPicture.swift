import Times
package import Vault

/// All that a vault serves, in the clear, so that two states can be compared.
package struct VaultPicture: Equatable, Sendable {
    package struct AppPicture: Equatable, Sendable {
        package var app: App
        package var secret: String
        package var generation: Int
        package var createdAt: Int
        package var token: TokenPicture?
        package var refusals: Refusals?
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

    package var apps: [AppPicture]
    package var clients: [Client]

    package init(_ vault: Vault) {
        apps = vault.catalog.apps.map { entry in
            AppPicture(
                app: entry.app, secret: entry.credential.clientSecret.text,
                generation: entry.credential.generation.number,
                createdAt: entry.credential.createdAt.unixSeconds, token: entry.token.map { TokenPicture($0.token) },
                refusals: entry.refusals)
        }
        clients = vault.catalog.clients
    }

    /// The same without what Zoom gives again for the asking.
    package var withoutTokens: VaultPicture {
        var picture = self
        for index in apps.indices { (picture.apps[index].token, picture.apps[index].refusals) = (nil, nil) }
        return picture
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
