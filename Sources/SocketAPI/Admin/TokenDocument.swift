package import Names
package import SecretJSON
package import SecretMemory
package import Times

/// An access token as operators see it: what it is good for and how long, and its value only when asked for.
package struct TokenDocument: ~Copyable, WireDocument {
    package let app: Name
    package let generation: Int
    package let tokenType: String
    package let issuedAt: Timestamp
    package let expiresAt: Timestamp
    /// Seconds from the moment of the answer.
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
        json.member("app", app.description)
        json.member("generation", generation)
        switch accessToken {
        case .some(let value): json.member("access_token", secret: value)
        case nil: break
        }
        json.member("token_type", tokenType)
        json.member("issued_at", issuedAt.description)
        json.member("expires_at", expiresAt.description)
        json.member("expires_in", expiresIn)
        json.key("scope")
        if let scope { json.string(scope) } else { json.null() }
        json.member("api_url", apiURL)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        let revealed = document.member("access_token", of: node) != nil
        self.init(
            app: try document.name("app", of: node), generation: try document.number("generation", of: node),
            tokenType: try document.text("token_type", of: node), issuedAt: try document.time("issued_at", of: node),
            expiresAt: try document.time("expires_at", of: node),
            expiresIn: try document.number("expires_in", of: node),
            scope: try document.optionalText("scope", of: node), apiURL: try document.text("api_url", of: node),
            accessToken: revealed ? try document.secret("access_token", of: node) : nil)
    }
}
