package import Domain
package import SecretJSON
package import SecretMemory

/// A push target as an operator wants it, without the secret of its login. What is absent has its default. Read strictly.
package struct TargetObject: Equatable, Sendable, ListedDocument {
    package static let usualSettle = 120

    package var name: Name
    package var app: Name
    package var adminURL: String
    package var connection: String
    /// Of a new target, what is absent is discovered.
    package var fields: TargetFields
    package var login: ConsoleLogin.Kind
    /// Only of the login `basic`.
    package var user: String?
    /// Only of the login `client_credentials`.
    package var tokenURL: String?
    package var clientID: String?
    package var scope: String?
    package var tokenAuthMethod: OAuthClient.AuthMethod?
    /// PEM certificates; excludes `pin`.
    package var ca: String?
    package var pin: String?
    package var replicate: ReplicationMode
    /// In seconds.
    package var settle: Int
    package var bypassesExternalValidation: Bool
    package var restoresDrift: Bool
    package var provisionerLog: String?
    package var provisionerChannel: String?

    package init(
        name: Name, app: Name, adminURL: String, connection: String, fields: TargetFields, login: ConsoleLogin.Kind,
        replicate: ReplicationMode = .onSave, settle: Int = TargetObject.usualSettle,
        bypassesExternalValidation: Bool = false, restoresDrift: Bool = false
    ) {
        (self.name, self.app, self.adminURL, self.connection) = (name, app, adminURL, connection)
        (self.fields, self.login, self.replicate, self.settle) = (fields, login, replicate, settle)
        (self.bypassesExternalValidation, self.restoresDrift) = (bypassesExternalValidation, restoresDrift)
    }

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        try members.constant("kind", "pingfederate")
        name = try members("name", \.name)
        app = try members("app", \.app)
        adminURL = try members("admin_url", \.adminURL)
        connection = try members("connection", \.connection)
        fields = try members.inline(\.fields)
        login = try members("login", \.login)
        user = try members.ifPresent("user", \.user)
        tokenURL = try members.ifPresent("token_url", \.tokenURL)
        clientID = try members.ifPresent("client_id", \.clientID)
        scope = try members.ifPresent("scope", \.scope)
        tokenAuthMethod = try members.ifPresent("token_auth_method", \.tokenAuthMethod)
        ca = try members.ifPresent("ca", \.ca)
        pin = try members.ifPresent("pin", \.pin)
        replicate = try members("replicate", \.replicate, omitting: .onSave)
        settle = try members("settle", \.settle, omitting: Self.usualSettle)
        bypassesExternalValidation = try members(
            "bypass_external_validation", \.bypassesExternalValidation, omitting: false)
        restoresDrift = try members("restore_drift", \.restoresDrift, omitting: false)
        provisionerLog = try members.ifPresent("provisioner_log", \.provisionerLog)
        provisionerChannel = try members.ifPresent("provisioner_channel", \.provisionerChannel)
    }
}

extension TargetObject {
    /// As it is written, without its name.
    package var value: ObjectValue {
        ObjectValue(
            of: ObjectMember("kind", .text("pingfederate")), ObjectMember("app", .text(app.description)),
            ObjectMember("admin_url", .text(adminURL)), ObjectMember("connection", .text(connection)),
            ObjectMember("account_id_field", ObjectValue(fields.accountID)),
            ObjectMember("client_id_field", ObjectValue(fields.clientID)),
            ObjectMember("client_secret_field", ObjectValue(fields.clientSecret)),
            ObjectMember("login", .text(login.rawValue)), ObjectMember("user", ObjectValue(user)),
            ObjectMember("token_url", ObjectValue(tokenURL)), ObjectMember("client_id", ObjectValue(clientID)),
            ObjectMember("scope", ObjectValue(scope)),
            ObjectMember("token_auth_method", ObjectValue(tokenAuthMethod?.rawValue)),
            ObjectMember("ca", ObjectValue(ca)), ObjectMember("pin", ObjectValue(pin)),
            ObjectMember("replicate", replicate == .onSave ? nil : .text(replicate.rawValue)),
            ObjectMember("settle", settle == Self.usualSettle ? nil : ObjectValue(seconds: settle)),
            ObjectMember("bypass_external_validation", ObjectValue(ifTrue: bypassesExternalValidation)),
            ObjectMember("restore_drift", ObjectValue(ifTrue: restoresDrift)),
            ObjectMember("provisioner_log", ObjectValue(provisionerLog)),
            ObjectMember("provisioner_channel", ObjectValue(provisionerChannel)))
    }

    /// What differs, one text for each value.
    package func changes(from known: TargetObject) -> [String] {
        let settle = DurationText(seconds: Self.usualSettle)?.description ?? ""
        return ObjectValue.changes(
            from: known.value, to: value,
            defaults: [
                "replicate": ReplicationMode.onSave.rawValue, "settle": settle, "bypass_external_validation": "false",
                "restore_drift": "false",
            ])
    }

    /// What adds the target; `nil` for a login that needs files.
    package func draft(secret: SecretBox, verify: Bool) -> TargetDraft? {
        let login: ConsoleLogin
        switch self.login {
        case .basic: login = .basic(user: user ?? "", password: secret)
        case .clientCredentials:
            login = .clientCredentials(
                OAuthClient(
                    tokenURL: tokenURL ?? "", clientID: clientID ?? "", secret: secret,
                    scopes: scope?.split(separator: " ").map(String.init) ?? [],
                    authMethod: tokenAuthMethod ?? .basic))
        case .certificate: return nil
        }
        return TargetDraft(
            name: name, app: app,
            console: ConsoleDraft(adminURL: adminURL, login: login, ca: ca, pin: pin), connection: connection,
            fields: fields.completed, replicate: replicate, settle: settle,
            bypassesExternalValidation: bypassesExternalValidation, restoresDrift: restoresDrift,
            provisionerLog: provisionerLog, provisionerChannel: provisionerChannel, verify: verify)
    }

    /// What makes the target of `known` this one.
    /// - Parameter secret: of the login, if it is needed again.
    package func patch(of known: TargetObject, secret: SecretBox?, verify: Bool) -> TargetPatch {
        func change<Value: Equatable>(_ path: KeyPath<TargetObject, Value>) -> Value? {
            self[keyPath: path] == known[keyPath: path] ? nil : self[keyPath: path]
        }
        var patch = TargetPatch()
        patch.adminURL = change(\.adminURL)
        patch.connection = change(\.connection)
        if fields != TargetFields(accountID: nil, clientID: nil, clientSecret: nil), fields != known.fields {
            patch.fields = fields
            patch.fields.accountID = fields.accountID ?? ""
        }
        let isSameKind = login == known.login
        switch login {
        case .basic:
            if !isSameKind || user != known.user || secret != nil { patch.user = user }
            patch.password = secret
        case .clientCredentials:
            if !isSameKind || secret != nil || tokenURL != known.tokenURL || clientID != known.clientID
                || scope != known.scope || tokenAuthMethod != known.tokenAuthMethod
            {
                (patch.tokenURL, patch.clientID, patch.scope) = (tokenURL, clientID, scope ?? "")
                patch.tokenAuthMethod = tokenAuthMethod ?? .basic
            }
            patch.clientSecret = secret
        case .certificate: break
        }
        if ca != known.ca || pin != known.pin {
            (patch.ca, patch.pin) = (ca, pin)
            if ca == nil, pin == nil { patch.trust = .system }
        }
        patch.replicate = change(\.replicate)
        patch.settle = change(\.settle)
        patch.bypassesExternalValidation = change(\.bypassesExternalValidation)
        patch.restoresDrift = change(\.restoresDrift)
        if provisionerLog != known.provisionerLog || provisionerChannel != known.provisionerChannel {
            patch.provisionerLog = provisionerLog ?? ""
            patch.provisionerChannel = provisionerChannel ?? (provisionerLog == nil ? nil : "")
        }
        if !verify { patch.verify = false }
        return patch
    }
}

extension TargetFields {
    /// Where two settings are named, a missing one for the account ID means that the connector has none.
    fileprivate var completed: TargetFields {
        guard accountID == nil, clientID != nil, clientSecret != nil else { return self }
        return TargetFields(accountID: "", clientID: clientID, clientSecret: clientSecret)
    }
}
