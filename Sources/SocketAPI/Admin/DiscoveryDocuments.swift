package import SecretJSON

/// The body of `POST /v1/consoles/discover`: a look at a console that is no target yet.
package struct DiscoverRequest: Sendable, WireDocument {
    package let console: ConsoleDraft
    /// A connection to look into.
    package let connection: String?
    /// Without one: a part of the name or the entity ID of those to list.
    package let filter: String?

    package init(console: ConsoleDraft, connection: String?, filter: String? = nil) {
        self.console = console
        self.connection = connection
        self.filter = filter
    }

    package func writeMembers(to json: inout JSONWriter) {
        console.writeMembers(to: &json)
        if let connection { json.member("connection", connection) }
        if let filter { json.member("filter", filter) }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(["connection", "filter"] + ConsoleDraft.members, of: node)
        self.init(
            console: try ConsoleDraft(node, in: document),
            connection: try document.optionalText("connection", of: node),
            filter: try document.optionalText("filter", of: node))
    }
}

/// What a console has: its connections that provision outbound and, of one of them, which settings hold an app's values.
package struct ConsoleDiscovery: Equatable, Sendable, WireDocument {
    package struct Connection: Equatable, Sendable, WireDocument {
        package let id: String
        package let name: String
        package let connector: String
        package let isActive: Bool

        package init(id: String, name: String, connector: String, isActive: Bool) {
            self.id = id
            self.name = name
            self.connector = connector
            self.isActive = isActive
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("id", id)
            json.member("name", name)
            json.member("connector", connector)
            json.member("active", isActive)
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            self.init(
                id: try document.text("id", of: node), name: try document.text("name", of: node),
                connector: try document.text("connector", of: node), isActive: try document.flag("active", of: node))
        }
    }

    /// PingFederate's own version.
    package let version: String
    package let connections: [Connection]
    /// The connection that was looked into.
    package let connection: String?
    /// The names of its settings.
    package let settings: [String]
    /// What was discovered.
    package let fields: TargetFields
    /// The settings of which one may hold the account ID, while it is not clear which. Without one, and without a field,
    /// the connection has no setting for it.
    package let accountIDCandidates: [String]

    package init(
        version: String, connections: [Connection], connection: String?, settings: [String], fields: TargetFields,
        accountIDCandidates: [String] = []
    ) {
        self.version = version
        self.connections = connections
        self.connection = connection
        self.settings = settings
        self.fields = fields
        self.accountIDCandidates = accountIDCandidates
    }

    /// Whether the connection that was looked into has no setting for the account ID.
    package var lacksAccountID: Bool {
        connection != nil && fields.accountID == nil && accountIDCandidates.isEmpty && fields.clientID != nil
            && fields.clientSecret != nil
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("version", version)
        json.member("connections", list: connections)
        json.member("connection", orNull: connection)
        json.member("settings", texts: settings)
        json.member("account_id_candidates", texts: accountIDCandidates)
        fields.writeMembers(to: &json)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            version: try document.text("version", of: node), connections: try document.list("connections", of: node),
            connection: try document.optionalText("connection", of: node),
            settings: try document.texts("settings", of: node), fields: try TargetFields(node, in: document),
            accountIDCandidates: try document.texts("account_id_candidates", of: node))
    }
}

/// The body of `POST /v1/consoles/certificate`.
package struct CertificateRequest: Equatable, Sendable, WireDocument {
    package let adminURL: String

    package init(adminURL: String) { self.adminURL = adminURL }

    package func writeMembers(to json: inout JSONWriter) { json.member("admin_url", adminURL) }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(["admin_url"], of: node)
        adminURL = try document.text("admin_url", of: node)
    }
}

/// The certificate that a server showed, for somebody to compare.
package struct MetCertificate: Equatable, Sendable, WireDocument {
    package let sha256: String
    package let subject: String
    package let issuer: String
    package let notBefore: String
    package let notAfter: String

    package init(sha256: String, subject: String, issuer: String, notBefore: String, notAfter: String) {
        self.sha256 = sha256
        self.subject = subject
        self.issuer = issuer
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("sha256", sha256)
        json.member("subject", subject)
        json.member("issuer", issuer)
        json.member("not_before", notBefore)
        json.member("not_after", notAfter)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            sha256: try document.text("sha256", of: node), subject: try document.text("subject", of: node),
            issuer: try document.text("issuer", of: node), notBefore: try document.text("not_before", of: node),
            notAfter: try document.text("not_after", of: node))
    }
}
