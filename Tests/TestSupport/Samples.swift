package import Domain
import Envelope
package import SecretMemory
package import Vault

// Values that tests need and that nothing depends on.

/// What is in a secret, for comparing.
package func plain(_ secret: borrowing SecretBytes) -> [UInt8] { secret.withSpan { $0.array } }

package func text(_ secret: borrowing SecretBytes) -> String { String(decoding: plain(secret), as: UTF8.self) }

extension Name {
    /// A name for a test; a text that is none is the test's own mistake.
    package static func test(_ text: String) -> Name {
        guard let name = Name(text) else { preconditionFailure("'\(text)' is no name") }
        return name
    }
}

extension SecretBox {
    package convenience init(_ text: String) { self.init(SecretBytes(copying: text)) }

    /// What is in it, for comparing.
    package var text: String { TestSupport.text(bytes) }
}

extension UnlockKey {
    /// The way in by a key file full of one letter.
    package static func keyFile(_ letter: Character = "k") -> UnlockKey {
        UnlockKey(.keyFile(SecretBytes(copying: String(repeating: letter, count: 32))))
    }
}

extension App {
    package static func sample(_ name: String, id: String? = nil, environment: ZoomEnvironment = .commercial) -> App {
        App(
            id: id ?? "id-of-\(name)", name: .test(name), accountID: "account-\(name)", clientID: "client-\(name)",
            marketplaceAppID: nil, environment: environment, createdAt: Timestamp(unixSeconds: 1_700_000_000))
    }
}

extension Client {
    package static func sample(
        _ name: String, id: String? = nil, uid: UInt32 = 1000, user: String? = "somebody", gid: UInt32? = nil,
        grants: [Grant] = [Grant(target: .any, permissions: [.credentials, .token])]
    ) -> Client {
        Client(
            id: id ?? "id-of-\(name)", name: .test(name), selectors: Selectors(uid: uid, user: user, gid: gid),
            grants: grants, createdAt: Timestamp(unixSeconds: 1_700_000_001))
    }
}

extension PushTarget {
    package static func sample(
        _ name: String, of app: App, login: ConsoleLogin = .basic(user: "keyturn", password: SecretBox("password")),
        trust: ConsoleTrust = .system, replication: ReplicationMode = .onSave, settle: Int = 120,
        connection: String? = nil,
        fields: Fields = Fields(accountID: "Account ID", clientID: "Client ID", clientSecret: "Client Secret")
    ) -> PushTarget {
        PushTarget(
            id: "id-of-\(name)", name: .test(name), appID: app.id, app: app.name,
            adminURL: "https://console.example.com:9999",
            connection: connection ?? "sp-of-\(app.name)", fields: fields,
            login: login, trust: trust, replication: replication, settle: settle,
            createdAt: Timestamp(unixSeconds: 1_700_000_002))
    }
}

extension Token {
    package static func sample(
        _ text: String, issuedAt: Timestamp, lifetime: Int = 3600, scopes: [String]? = ["user:read:admin"]
    ) -> Token {
        Token(
            accessToken: SecretBox(text), tokenType: "bearer", scopes: scopes, apiURL: "https://api.zoom.us",
            generation: .first, issuedAt: issuedAt, expiresAt: issuedAt + lifetime)
    }
}

extension Refusals {
    package static func sample(_ times: [Timestamp], generation: Generation = .first) -> Refusals {
        Refusals(generation: generation, times: times, cause: .invalidClient, reason: "Zoom refused the secret")
    }
}
