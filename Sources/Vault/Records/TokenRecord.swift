import Domain
import SecretJSON

struct TokenRecord: Record {
    static let table = SealedTable.token
    let appID: String
    let token: Token
    /// How this process got the token; `nil` if it was found in the vault.
    private(set) var seen: SeenToken?

    init(appID: String, _ token: Token) {
        self.appID = appID
        self.token = token
    }

    init(appID: String, _ seen: SeenToken) {
        self.init(appID: appID, seen.token)
        self.seen = seen
    }

    var opened: OpenedRow { .token(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        appID = try columns("app", \.appID)
        let scope: (Self) -> String? = { $0.token.scopes?.joined(separator: " ") }
        token = Token(
            accessToken: try members("access_token", \.token.accessToken),
            tokenType: try members("token_type", \.token.tokenType),
            scopes: try members.ifPresent("scope", scope)?.split(separator: " ").map(String.init),
            apiURL: try members("api_url", \.token.apiURL), generation: try members("generation", \.token.generation),
            issuedAt: try members("issued_at", \.token.issuedAt),
            expiresAt: try columns("expires_at", \.token.expiresAt))
    }
}
