package import SecretJSON

/// The body of `POST /v1/consoles/discover`: lists what a console has, before a target exists.
package struct DiscoverRequest: Sendable, ListedDocument {
    package let console: ConsoleDraft
    /// A connection whose settings to list.
    package let connection: String?
    /// Without a connection: a part of the name or entity ID of the connections to list.
    package let filter: String?

    package init(console: ConsoleDraft, connection: String?, filter: String? = nil) {
        self.console = console
        self.connection = connection
        self.filter = filter
    }

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        console = try members.inline(\.console)
        connection = try members.ifPresent("connection", \.connection)
        filter = try members.ifPresent("filter", \.filter)
    }
}

/// The connections of a console with outbound provisioning and, for one of them, the settings that hold an app's values.
package struct ConsoleDiscovery: Equatable, Sendable, ListedDocument {
    package struct Connection: Equatable, Sendable, ListedDocument {
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

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            id = try members("id", \.id)
            name = try members("name", \.name)
            connector = try members("connector", \.connector)
            isActive = try members("active", \.isActive)
        }
    }

    /// PingFederate's own version.
    package let version: String
    package let connections: [Connection]
    /// The connection whose settings were listed.
    package let connection: String?
    /// The names of its settings.
    package let settings: [String]
    /// The settings that were discovered.
    package let fields: TargetFields
    /// Settings of which one may hold the account ID, while that is unclear. If it is empty, and no field is known, the
    /// connection has no setting for the account ID.
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

    /// Whether the listed connection has no setting for the account ID.
    package var lacksAccountID: Bool {
        connection != nil && fields.accountID == nil && accountIDCandidates.isEmpty && fields.clientID != nil
            && fields.clientSecret != nil
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        version = try members("version", \.version)
        connections = try members("connections", \.connections)
        connection = try members.orNull("connection", \.connection)
        settings = try members("settings", \.settings)
        accountIDCandidates = try members("account_id_candidates", \.accountIDCandidates)
        fields = try members.inline(\.fields)
    }
}

/// The body of `POST /v1/consoles/certificate`.
package struct CertificateRequest: Equatable, Sendable, ListedDocument {
    package let adminURL: String

    package init(adminURL: String) { self.adminURL = adminURL }

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        adminURL = try members("admin_url", \.adminURL)
    }
}

/// The certificate that a server showed, for a person to compare.
package struct ServerCertificate: Equatable, Sendable, ListedDocument {
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

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        sha256 = try members("sha256", \.sha256)
        subject = try members("subject", \.subject)
        issuer = try members("issuer", \.issuer)
        notBefore = try members("not_before", \.notBefore)
        notAfter = try members("not_after", \.notAfter)
    }
}
