package import Domain
package import SecretJSON
package import SecretMemory

/// The answer to `GET /v1/apps/{app}/credentials`.
package struct CredentialsAnswer: ~Copyable, Sendable, WireDocument {
    package let app: Name
    package let generation: Int
    package let accountID: String
    package let clientID: String
    package let clientSecret: SecretBytes
    package let createdAt: Timestamp
    package let rotating: Bool
    /// Until when Zoom accepts the previous secret; `nil` when there is none.
    package let previousValidUntil: Timestamp?

    package init(
        app: Name, generation: Int, accountID: String, clientID: String, clientSecret: consuming SecretBytes,
        createdAt: Timestamp, rotating: Bool, previousValidUntil: Timestamp?
    ) {
        self.app = app
        self.generation = generation
        self.accountID = accountID
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.createdAt = createdAt
        self.rotating = rotating
        self.previousValidUntil = previousValidUntil
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("app", app)
        json.member("generation", generation)
        json.member("account_id", accountID)
        json.member("client_id", clientID)
        json.member("client_secret", secret: clientSecret)
        json.member("created_at", createdAt)
        json.member("rotating", rotating)
        json.member("previous_valid_until", orNull: previousValidUntil)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            app: try document.value("app", of: node),
            generation: try document.value("generation", of: node),
            accountID: try document.value("account_id", of: node),
            clientID: try document.value("client_id", of: node),
            clientSecret: try document.secret("client_secret", of: node),
            createdAt: try document.value("created_at", of: node),
            rotating: try document.value("rotating", of: node),
            previousValidUntil: try document.optional("previous_valid_until", of: node))
    }
}

/// The fields of an app's credentials that can be fetched individually.
package enum CredentialField: String, JSONValue, Sendable, CaseIterable {
    case accountID = "account_id"
    case clientID = "client_id"
    case clientSecret = "client_secret"
}

/// The answer to `GET /v1/apps/{app}/credentials/{field}`.
package struct FieldAnswer: ~Copyable, Sendable, WireDocument {
    package let app: Name
    package let generation: Int
    package let field: CredentialField
    package let value: SecretBytes

    package init(app: Name, generation: Int, field: CredentialField, value: consuming SecretBytes) {
        self.app = app
        self.generation = generation
        self.field = field
        self.value = value
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("app", app)
        json.member("generation", generation)
        json.member("field", field)
        json.member("value", secret: value)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            app: try document.value("app", of: node),
            generation: try document.value("generation", of: node),
            field: try document.value("field", of: node),
            value: try document.secret("value", of: node))
    }
}

/// The answer to `GET /v1/apps/{app}/token`.
package struct TokenAnswer: ~Copyable, Sendable, WireDocument {
    package let app: Name
    package let generation: Int
    package let accessToken: SecretBytes
    package let tokenType: String
    package let expiresAt: Timestamp
    /// Seconds, counted from the answer.
    package let expiresIn: Int
    /// The scopes, separated by spaces.
    package let scope: String
    package let apiURL: String

    package init(
        app: Name, generation: Int, accessToken: consuming SecretBytes, tokenType: String, expiresAt: Timestamp,
        expiresIn: Int, scope: String, apiURL: String
    ) {
        self.app = app
        self.generation = generation
        self.accessToken = accessToken
        self.tokenType = tokenType
        self.expiresAt = expiresAt
        self.expiresIn = expiresIn
        self.scope = scope
        self.apiURL = apiURL
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("app", app)
        json.member("generation", generation)
        json.member("access_token", secret: accessToken)
        json.member("token_type", tokenType)
        json.member("expires_at", expiresAt)
        json.member("expires_in", expiresIn)
        json.member("scope", scope)
        json.member("api_url", apiURL)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            app: try document.value("app", of: node),
            generation: try document.value("generation", of: node),
            accessToken: try document.secret("access_token", of: node),
            tokenType: try document.value("token_type", of: node),
            expiresAt: try document.value("expires_at", of: node),
            expiresIn: try document.value("expires_in", of: node),
            scope: try document.value("scope", of: node),
            apiURL: try document.value("api_url", of: node))
    }
}
