package import Domain
package import SecretJSON
import SecretMemory

extension PushTarget: Record {
    static let table = SealedTable.pushTarget
    var indexed: [String] { [name.description, place] }
    var opened: OpenedRow { .pushTarget(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        id = try columns("id", \.id)
        appID = try columns("app", \.appID)
        try members.constant("kind", "pingfederate")
        name = try members("name", \.name)
        app = try members("app_name", \.app)
        adminURL = try members("admin_url", \.adminURL)
        connection = try members("connection", \.connection)
        fields = Fields(
            accountID: try members.ifPresent("account_id_field", \.fields.accountID),
            clientID: try members("client_id_field", \.fields.clientID),
            clientSecret: try members("client_secret_field", \.fields.clientSecret))
        login = try members.inline(\.login)
        // If both are missing, the system's trust store decides.
        if let text = try members.ifPresent("authorities", \.trust.authorities) {
            trust = .authorities(text)
        } else if let digits = try members.ifPresent("pin", \.trust.pin) {
            trust = .pin(digits)
        } else {
            trust = .system
        }
        pinExpires = try members.ifPresent("pin_expires_at", \.pinExpires)
        replication = try members("replication", \.replication)
        settle = try members("settle", \.settle)
        createdAt = try members("created_at", \.createdAt)
        bypassesExternalValidation = try members(
            "bypass_external_validation", \.bypassesExternalValidation, omitting: false)
        restoresDrift = try members("restore_drift", \.restoresDrift, omitting: false)
        provisionerLog = try members.inline(ifPresent: "provisioner_log", \.provisionerLog)
    }
}

extension ConsoleTrust {
    fileprivate var authorities: String? { if case .authorities(let text) = self { text } else { nil } }
    fileprivate var pin: String? { if case .pin(let digits) = self { digits } else { nil } }
}

extension PushTarget.ProvisionerLog: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        path = try members("provisioner_log", \.path)
        channel = try members.ifPresent("provisioner_channel", \.channel)
    }
}

extension ConsoleLogin: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        switch try members("login", \.kind) {
        case .basic:
            self = .basic(user: try members("user", \.user), password: try members("password", \.secret))
        case .clientCredentials: self = .clientCredentials(try members.inline(\.client))
        case .certificate:
            self = .certificate(chain: try members("chain", \.chain), key: try members("key", \.secret))
        }
    }

    private var secret: SecretBox {
        switch self {
        case .basic(_, let password): password
        case .clientCredentials(let client): client.secret
        case .certificate(_, let key): key
        }
    }

    // Each belongs to only one kind.
    private var user: String { if case .basic(let user, _) = self { user } else { "" } }
    private var client: OAuthClient {
        if case .clientCredentials(let client) = self {
            client
        } else {
            OAuthClient(tokenURL: "", clientID: "", secret: secret)
        }
    }
    private var chain: String { if case .certificate(let chain, _) = self { chain } else { "" } }
}
