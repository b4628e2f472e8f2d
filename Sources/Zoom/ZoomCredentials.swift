import HTTPTransport
package import SecretMemory

/// What mints a token: three of an app's four values. None of them has a published grammar, so none is checked.
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

/// What an app presents itself with.
package enum Grant: String, CaseIterable, Sendable {
    /// On behalf of the account: what a Server-to-Server app is for.
    case accountCredentials = "account_credentials"
    /// On behalf of the app alone: what Zoom documents for rotating the client secret.
    case clientCredentials = "client_credentials"
}

extension ZoomCredentials {
    /// Client ID and client secret as HTTP's basic authentication has them, without the word in front.
    func basicPair() -> SecretBox { .basicPair(clientID, clientSecret) }

    /// The body of a token request, as `application/x-www-form-urlencoded`.
    func form(_ grant: Grant) -> SecretBox {
        var form = SecretBuffer()
        form.append("grant_type=\(grant.rawValue)")
        if grant == .accountCredentials {
            form.append("&account_id=")
            form.append(percentEncoding: accountID)
        }
        return SecretBox(form.finish())
    }
}
