import Domain
import SecretJSON
import SecretMemory

struct TokenRecord: Record {
    static let table = SealedTable.token
    let appID: String
    let token: Token
    /// How this process came by it; `nil` for one that was found in the vault.
    private(set) var seen: SeenToken?

    init(appID: String, _ token: Token) {
        self.appID = appID
        self.token = token
    }

    init(appID: String, _ seen: SeenToken) {
        self.init(appID: appID, seen.token)
        self.seen = seen
    }

    var cells: [Cell] { [.text(appID), .integer(token.expiresAt.unixSeconds)] }
    var opened: OpenedRow { .token(self) }

    func write(to writer: inout JSONWriter) {
        writer.member("access_token", secret: token.accessToken.bytes)
        writer.member("token_type", token.tokenType)
        writer.member("scope", ifPresent: token.scopes?.joined(separator: " "))
        writer.member("api_url", token.apiURL)
        writer.member("generation", token.generation.number)
        writer.member("issued_at", token.issuedAt)
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            ["access_token", "token_type", "scope", "api_url", "generation", "issued_at"], of: document.root)
        guard let generation = Generation(try document.number("generation")) else {
            throw JSONError(.outOfRange, member: "generation")
        }
        appID = try cells.text(0)
        token = Token(
            accessToken: SecretBox(try document.secret(try document.require("access_token", of: document.root))),
            tokenType: try document.text("token_type"),
            scopes: try document.optionalText("scope")?.split(separator: " ").map(String.init),
            apiURL: try document.text("api_url"), generation: generation,
            issuedAt: try document.time("issued_at"),
            expiresAt: Timestamp(unixSeconds: try cells.integer(1)))
    }
}
