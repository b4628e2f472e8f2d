package import Domain
package import SecretJSON
package import SecretMemory

/// The body of `PATCH /v1/targets/{target}`: only the members to change. Read strictly.
package struct TargetPatch: Sendable, ListedDocument {
    package var adminURL: String?
    package var connection: String?
    package var user: String?
    package var password: SecretBox?
    package var tokenURL: String?
    package var clientID: String?
    package var clientSecret: SecretBox?
    /// Scopes, separated by spaces; empty for a request without scope.
    package var scope: String?
    package var tokenAuthMethod: OAuthClient.AuthMethod?
    /// Both in PEM.
    package var clientCert: String?
    package var clientKey: SecretBox?
    /// `system` reverts a CA or a pin.
    package var trust: ConsoleTrust.Kind?
    package var ca: String?
    package var pin: String?
    /// An empty account ID means that the connection has no such setting.
    package var fields = TargetFields(accountID: nil, clientID: nil, clientSecret: nil)
    package var replicate: ReplicationMode?
    /// In seconds.
    package var settle: Int?
    package var bypassesExternalValidation: Bool?
    package var restoresDrift: Bool?
    /// Empty to stop reading it.
    package var provisionerLog: String?
    /// Empty for all channels.
    package var provisionerChannel: String?
    /// Whether the console must pass its checks first; true by default.
    package var verify: Bool?

    package init() {}

    /// The names of the members that are present, except `verify`, which changes nothing.
    package var changes: [String] { memberNames.filter { $0 != "verify" } }

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        adminURL = try members.ifPresent("admin_url", \.adminURL)
        connection = try members.ifPresent("connection", \.connection)
        user = try members.ifPresent("user", \.user)
        tokenURL = try members.ifPresent("token_url", \.tokenURL)
        clientID = try members.ifPresent("client_id", \.clientID)
        scope = try members.ifPresent("scope", \.scope)
        tokenAuthMethod = try members.ifPresent("token_auth_method", \.tokenAuthMethod)
        clientCert = try members.ifPresent("client_cert", \.clientCert)
        trust = try members.ifPresent("trust", \.trust)
        ca = try members.ifPresent("ca", \.ca)
        pin = try members.ifPresent("pin", \.pin)
        replicate = try members.ifPresent("replicate", \.replicate)
        provisionerLog = try members.ifPresent("provisioner_log", \.provisionerLog)
        provisionerChannel = try members.ifPresent("provisioner_channel", \.provisionerChannel)
        fields = try members.inline(\.fields)
        password = try members.ifPresent("password", \.password)
        clientSecret = try members.ifPresent("client_secret", \.clientSecret)
        clientKey = try members.ifPresent("client_key", \.clientKey)
        settle = try members.ifPresent("settle", \.settle)
        bypassesExternalValidation = try members.ifPresent("bypass_external_validation", \.bypassesExternalValidation)
        restoresDrift = try members.ifPresent("restore_drift", \.restoresDrift)
        verify = try members.ifPresent("verify", \.verify)
    }
}
