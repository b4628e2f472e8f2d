package import SecretJSON
package import SecretMemory

/// The body of `PATCH /v1/targets/{target}`: what is to be another, and nothing else. Read strictly.
package struct TargetPatch: Sendable, WireDocument {
    package var adminURL: String?
    package var connection: String?
    package var user: String?
    package var password: SecretBox?
    package var tokenURL: String?
    package var clientID: String?
    package var clientSecret: SecretBox?
    /// Scopes with spaces between them; empty to ask without one.
    package var scope: String?
    package var tokenAuthMethod: String?
    /// PEM, both.
    package var clientCert: String?
    package var clientKey: SecretBox?
    /// `system`: the way back from a CA or a pin.
    package var trust: String?
    package var ca: String?
    package var pin: String?
    /// An empty account ID: the connection has no such setting.
    package var fields = TargetFields(accountID: nil, clientID: nil, clientSecret: nil)
    package var replicate: String?
    /// Seconds.
    package var settle: Int?
    package var bypassesExternalValidation: Bool?
    package var restoresDrift: Bool?
    /// Empty: it is read no more.
    package var provisionerLog: String?
    /// Empty: all channels.
    package var provisionerChannel: String?
    /// Whether the console must answer as hoped for first; without it, it must.
    package var verify: Bool?

    package init() {}

    /// The members that it has, in the words of the wire. How it is done is none of them.
    package var changes: [String] {
        let flags = [
            ("bypass_external_validation", bypassesExternalValidation != nil), ("restore_drift", restoresDrift != nil),
            ("settle", settle != nil),
        ]
        return (texts + fieldTexts).filter { $0.1 != nil }.map(\.0) + secrets.filter { $0.1 != nil }.map(\.0)
            + flags.filter(\.1).map(\.0)
    }

    private var texts: [(String, String?)] {
        [
            ("admin_url", adminURL), ("connection", connection), ("user", user), ("token_url", tokenURL),
            ("client_id", clientID), ("scope", scope), ("token_auth_method", tokenAuthMethod),
            ("client_cert", clientCert), ("trust", trust), ("ca", ca), ("pin", pin), ("replicate", replicate),
            ("provisioner_log", provisionerLog), ("provisioner_channel", provisionerChannel),
        ]
    }

    private var fieldTexts: [(String, String?)] { Array(zip(TargetFields.members, fields.names)) }

    private var secrets: [(String, SecretBox?)] {
        [("password", password), ("client_secret", clientSecret), ("client_key", clientKey)]
    }

    package func writeMembers(to json: inout JSONWriter) {
        for case (let name, let value?) in texts + fieldTexts { json.member(named: name, value) }
        for case (let name, let value?) in secrets {
            json.key(named: name)
            json.secret(value.bytes)
        }
        if let settle { json.member("settle", settle) }
        if let bypassesExternalValidation { json.member("bypass_external_validation", bypassesExternalValidation) }
        if let restoresDrift { json.member("restore_drift", restoresDrift) }
        if let verify { json.member("verify", verify) }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "connection", "trust", "replicate", "settle", "bypass_external_validation", "restore_drift",
                "provisioner_log", "provisioner_channel", "verify",
            ] + TargetFields.members + ConsoleDraft.members, of: node)
        adminURL = try document.optionalText("admin_url", of: node)
        connection = try document.optionalText("connection", of: node)
        user = try document.optionalText("user", of: node)
        password = try document.optionalBox("password", of: node)
        tokenURL = try document.optionalText("token_url", of: node)
        clientID = try document.optionalText("client_id", of: node)
        clientSecret = try document.optionalBox("client_secret", of: node)
        scope = try document.optionalText("scope", of: node)
        tokenAuthMethod = try document.optionalText("token_auth_method", of: node)
        clientCert = try document.optionalText("client_cert", of: node)
        clientKey = try document.optionalBox("client_key", of: node)
        trust = try document.optionalText("trust", of: node)
        ca = try document.optionalText("ca", of: node)
        pin = try document.optionalText("pin", of: node)
        fields = try TargetFields(node, in: document)
        replicate = try document.optionalText("replicate", of: node)
        settle = try document.optionalNumber("settle", of: node)
        bypassesExternalValidation = try document.optionalFlag("bypass_external_validation", of: node)
        restoresDrift = try document.optionalFlag("restore_drift", of: node)
        provisionerLog = try document.optionalText("provisioner_log", of: node)
        provisionerChannel = try document.optionalText("provisioner_channel", of: node)
        verify = try document.optionalFlag("verify", of: node)
    }
}

extension JSONDocument {
    fileprivate func optionalBox(_ name: String, of node: JSONNode) throws(JSONError) -> SecretBox? {
        isPresent(name, of: node) ? SecretBox(try secret(name, of: node)) : nil
    }
}
