package import Domain
package import SecretJSON
package import SecretMemory

/// An access token as operators see it: its scopes and lifetime, and its value only on request.
package struct TokenDocument: ~Copyable, WireDocument {
    package let app: Name
    package let generation: Int
    package let tokenType: String
    package let issuedAt: Timestamp
    package let expiresAt: Timestamp
    /// Seconds, counted from the answer.
    package let expiresIn: Int
    /// `nil` when Zoom did not say.
    package let scope: String?
    package let apiURL: String
    package let accessToken: SecretBytes?

    package init(
        app: Name, generation: Int, tokenType: String, issuedAt: Timestamp, expiresAt: Timestamp, expiresIn: Int,
        scope: String?, apiURL: String, accessToken: consuming SecretBytes?
    ) {
        self.app = app
        self.generation = generation
        self.tokenType = tokenType
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.expiresIn = expiresIn
        self.scope = scope
        self.apiURL = apiURL
        self.accessToken = accessToken
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("app", app)
        json.member("generation", generation)
        switch accessToken {
        case .some(let value): json.member("access_token", secret: value)
        case nil: break
        }
        json.member("token_type", tokenType)
        json.member("issued_at", issuedAt)
        json.member("expires_at", expiresAt)
        json.member("expires_in", expiresIn)
        json.member("scope", orNull: scope)
        json.member("api_url", apiURL)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        let members = MemberReader(node, in: document)
        self.init(
            app: try members.value("app"), generation: try members.value("generation"),
            tokenType: try members.value("token_type"), issuedAt: try members.value("issued_at"),
            expiresAt: try members.value("expires_at"), expiresIn: try members.value("expires_in"),
            scope: try members.optional("scope"), apiURL: try members.value("api_url"),
            accessToken: members.has("access_token") ? try members.secret("access_token") : nil)
    }
}
