import HTTPTransport
package import SecretMemory

/// What a token is minted with: three of an app's four values. Zoom publishes no grammar for them, so none is checked.
package struct ZoomCredentials: Sendable {
    package var accountID: String
    package var clientID: String
    package var clientSecret: SecretBox

    package init(accountID: String, clientID: String, clientSecret: SecretBox) {
        self.accountID = accountID
        self.clientID = clientID
        self.clientSecret = clientSecret
    }
}

/// The OAuth grant that an app uses.
package enum OAuthGrant: String, CaseIterable, Sendable {
    /// On behalf of the account, as Server-to-Server apps are meant to be used.
    case accountCredentials = "account_credentials"
    /// On behalf of the app alone. Zoom documents this grant for rotating the client secret.
    case clientCredentials = "client_credentials"
}

extension ZoomCredentials {
    /// Client ID and client secret encoded for HTTP basic authentication, without the word `Basic`.
    func basicPair() -> SecretBox { .basicPair(clientID, clientSecret) }

    /// The body of a token request, as `application/x-www-form-urlencoded`.
    func form(_ grant: OAuthGrant) -> SecretBox {
        var form = SecretBuffer()
        form.append("grant_type=\(grant.rawValue)")
        if grant == .accountCredentials {
            form.append("&account_id=")
            form.append(percentEncoding: accountID)
        }
        return SecretBox(form.finish())
    }
}
