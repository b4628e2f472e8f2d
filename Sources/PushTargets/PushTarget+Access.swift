package import Domain
import Envelope
import HTTPTransport
package import PingFederate
import SecretMemory
import Vault

// Conversion between the vault's types of a push target and the console's.

extension PushTarget {
    package func access() throws(ConsoleFailure) -> ConsoleAccess {
        var access = try ConsoleAccess(adminURL, login, trust)
        access.bypassesExternalValidation = bypassesExternalValidation
        return access
    }

    /// An app's three values, and the settings for them.
    func changes(_ app: App, _ credential: Credential) -> [FieldChange] {
        let accountID = fields.accountID.map { FieldChange($0, SecretBox(SecretBytes(copying: app.accountID))) }
        return [
            accountID, FieldChange(fields.clientID, SecretBox(SecretBytes(copying: app.clientID))),
            FieldChange(fields.clientSecret, credential.clientSecret),
        ].compactMap(\.self)
    }
}

extension ConsoleAccess {
    package init(_ adminURL: String, _ login: ConsoleLogin, _ trust: ConsoleTrust) throws(ConsoleFailure) {
        do {
            let login: ConsoleAccess.Login =
                switch login {
                case .basic(let user, let password): .basic(user: user, password: password)
                case .clientCredentials(let client):
                    .clientCredentials(
                        .init(
                            tokenURL: try EndpointURL(client.tokenURL), clientID: client.clientID,
                            secret: client.secret, scopes: client.scopes, isPosted: client.authMethod == .post))
                case .certificate(let chain, let key): .certificate(.init(certificates: chain, key: key))
                }
            self.init(
                api: try ConsoleAccess.api(of: EndpointURL(adminURL)), login: login, trust: TLSOptions.Trust(trust))
        } catch {
            throw ConsoleFailure(.needsFix, .mismatch, detail: "an address cannot be used: \(error)")
        }
    }
}

extension TLSOptions.Trust {
    init(_ trust: ConsoleTrust) {
        self =
            switch trust {
            case .system: .standard
            case .authorities(let text): .authorities(text)
            case .pin(let digits): .certificate { $0.sha256 == digits }
            }
    }
}

extension PeerCertificate {
    /// 64 hexadecimal digits; `nil`, which equals no pin, if it cannot be computed.
    package var sha256: String? { try? SHA256.hexadecimal(of: der) }
}
