import Domain
import SecretJSON
import SecretMemory

struct PushTargetRecord: Record {
    static let table = SealedTable.pushTarget
    private static let kind = "pingfederate"

    private(set) var target: PushTarget

    init(_ target: PushTarget) { self.target = target }

    var cells: [Cell] { [.text(target.id), .text(target.appID)] }
    var indexed: [String] { [target.name.description, target.place] }
    var opened: OpenedRow { .pushTarget(target) }

    func write(to writer: inout JSONWriter) {
        writer.member("kind", Self.kind)
        writer.member("name", target.name.description)
        writer.member("app_name", target.app.description)
        writer.member("admin_url", target.adminURL)
        writer.member("connection", target.connection)
        writer.member("account_id_field", ifPresent: target.fields.accountID)
        writer.member("client_id_field", target.fields.clientID)
        writer.member("client_secret_field", target.fields.clientSecret)
        switch target.login {
        case .basic(let user, let password):
            writer.member("login", "basic")
            writer.member("user", user)
            writer.member("password", secret: password.bytes)
        case .clientCredentials(let client):
            writer.member("login", "client_credentials")
            writer.member("token_url", client.tokenURL)
            writer.member("client_id", client.clientID)
            writer.member("client_secret", secret: client.secret.bytes)
            writer.member("scope", ifPresent: client.scopes.isEmpty ? nil : client.scopes.joined(separator: " "))
            writer.member("token_auth_method", client.authMethod.rawValue)
        case .certificate(let chain, let key):
            writer.member("login", "certificate")
            writer.member("chain", chain)
            writer.member("key", secret: key.bytes)
        }
        switch target.trust {
        case .system: break
        case .authorities(let text): writer.member("authorities", text)
        case .pin(let digits): writer.member("pin", digits)
        }
        writer.member("pin_expires_at", ifPresent: target.pinExpires)
        writer.member("replication", target.replication.rawValue)
        writer.member("settle", target.settle)
        writer.member("created_at", target.createdAt)
        if target.bypassesExternalValidation { writer.member("bypass_external_validation", true) }
        if target.restoresDrift { writer.member("restore_drift", true) }
        if let log = target.provisionerLog {
            writer.member("provisioner_log", log.path)
            writer.member("provisioner_channel", ifPresent: log.channel)
        }
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "kind", "name", "app_name", "admin_url", "connection", "account_id_field", "client_id_field",
                "client_secret_field",
                "login", "user", "password", "token_url", "client_id", "client_secret", "scope", "token_auth_method",
                "chain", "key", "authorities", "pin", "pin_expires_at", "replication", "settle", "created_at",
                "bypass_external_validation", "restore_drift", "provisioner_log", "provisioner_channel",
            ], of: document.root)
        guard try document.text("kind") == Self.kind else { throw JSONError(.outOfRange, member: "kind") }
        guard let name = Name(try document.text("name")) else { throw JSONError(.outOfRange, member: "name") }
        guard let app = Name(try document.text("app_name")) else { throw JSONError(.outOfRange, member: "app_name") }
        guard let replication = PushTarget.Replication(rawValue: try document.text("replication")) else {
            throw JSONError(.outOfRange, member: "replication")
        }
        target = PushTarget(
            id: try cells.text(0), name: name, appID: try cells.text(1), app: app,
            adminURL: try document.text("admin_url"),
            connection: try document.text("connection"),
            fields: PushTarget.Fields(
                accountID: try document.optionalText("account_id_field"),
                clientID: try document.text("client_id_field"),
                clientSecret: try document.text("client_secret_field")),
            login: try Self.login(document), trust: try Self.trust(document), replication: replication,
            settle: try document.number("settle"), createdAt: try document.time("created_at"))
        target.bypassesExternalValidation = try document.flag("bypass_external_validation")
        target.restoresDrift = try document.flag("restore_drift")
        target.provisionerLog = try Self.log(document)
        target.pinExpires = try document.optionalTime("pin_expires_at")
    }

    private static func log(_ document: borrowing JSONDocument) throws(JSONError) -> PushTarget.ProvisionerLog? {
        guard let path = try document.optionalText("provisioner_log") else { return nil }
        return PushTarget.ProvisionerLog(path: path, channel: try document.optionalText("provisioner_channel"))
    }

    private static func login(_ document: borrowing JSONDocument) throws(JSONError) -> PushTarget.Login {
        switch try document.text("login") {
        case "basic": .basic(user: try document.text("user"), password: try document.box("password"))
        case "client_credentials": .clientCredentials(try client(document))
        case "certificate": .certificate(chain: try document.text("chain"), key: try document.box("key"))
        default: throw JSONError(.outOfRange, member: "login")
        }
    }

    private static func client(_ document: borrowing JSONDocument) throws(JSONError) -> PushTarget.OAuthClient {
        guard let method = PushTarget.OAuthClient.AuthMethod(rawValue: try document.text("token_auth_method")) else {
            throw JSONError(.outOfRange, member: "token_auth_method")
        }
        let scope = try document.optionalText("scope") ?? ""
        return PushTarget.OAuthClient(
            tokenURL: try document.text("token_url"), clientID: try document.text("client_id"),
            secret: try document.box("client_secret"), scopes: scope.split(separator: " ").map(String.init),
            authMethod: method)
    }

    /// Without either, the system's trust store decides. What is known by two things at once was not written here.
    private static func trust(_ document: borrowing JSONDocument) throws(JSONError) -> PushTarget.Trust {
        switch (try document.optionalText("authorities"), try document.optionalText("pin")) {
        case (nil, nil): .system
        case (let text?, nil): .authorities(text)
        case (nil, let digits?): .pin(digits)
        case (_?, _?): throw JSONError(.outOfRange, member: "pin")
        }
    }
}

extension JSONDocument {
    /// Absent is no.
    fileprivate func flag(_ name: String) throws(JSONError) -> Bool {
        guard let node = member(name, of: root) else { return false }
        return try bool(node)
    }

    fileprivate func box(_ name: String) throws(JSONError) -> SecretBox {
        SecretBox(try secret(try require(name, of: root)))
    }
}
