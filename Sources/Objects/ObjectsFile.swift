import Domain
package import SocketAPI
import YAML

/// All objects as a YAML file, and back.
package enum ObjectsFile {
    /// In a stable order, with comments only at its head.
    package static func text(of objects: ObjectsDocument) -> String {
        var yaml = YAMLWriter()
        yaml.comment("Apps, clients and push targets of Keyturn, without secrets.")
        yaml.comment("keyturn apply -f FILE makes the vault match this file: docs/objects.md")
        yaml.member("version", ObjectsDocument.version)
        section("apps", objects.apps.map { ($0.name, $0.value) }, &yaml)
        section("clients", objects.clients.map { ($0.name, $0.value) }, &yaml)
        section("targets", objects.targets.map { ($0.name, $0.value) }, &yaml)
        return yaml.text
    }

    private static func section(_ key: String, _ objects: [(name: Name, value: ObjectValue)], _ yaml: inout YAMLWriter)
    {
        yaml.mapping(key, isEmpty: objects.isEmpty) { yaml in
            for (name, value) in objects { write(name.description, value, &yaml) }
        }
    }

    private static func write(_ key: String, _ value: ObjectValue, _ yaml: inout YAMLWriter) {
        switch value {
        case .text(let text) where text.contains("\n"): yaml.member(key, lines: text)
        case .text(let text): yaml.member(key, text)
        case .number(let number): yaml.member(key, number)
        case .flag(let flag): yaml.member(key, flag)
        case .list(let words): yaml.member(key, words)
        case .members(let members):
            yaml.mapping(key, isEmpty: members.isEmpty) { yaml in
                for member in members { write(member.name, member.value, &yaml) }
            }
        }
    }

    // MARK: Reading

    /// Reads a file strictly: what is not known is refused, so that a misspelt key is not taken for an absent one.
    package static func objects(in text: String) throws(ObjectsError) -> ObjectsDocument {
        let node: YAMLNode?
        do throws(YAMLError) { node = try YAMLNode(parsing: text) } catch {
            throw ObjectsError(error.line, error.problem)
        }
        guard let node, !node.isNull else { throw ObjectsError(nil, "is empty", try: "keyturn export shows the form") }
        let file = try ObjectReader(node, "the file", keys: ["version", "apps", "clients", "targets"])
        guard let version = try file.number("version") else {
            throw ObjectsError(file.line, "does not say its version", try: "version: \(ObjectsDocument.version)")
        }
        guard version == ObjectsDocument.version else {
            throw ObjectsError(
                file.line("version"), "has version \(version), and this program knows \(ObjectsDocument.version)")
        }
        return ObjectsDocument(
            apps: try file.objects("apps", "an app", read: app),
            clients: try file.objects("clients", "a client", read: client),
            targets: try file.objects("targets", "a target", read: target))
    }

    private static func app(_ name: Name, _ node: YAMLNode) throws(ObjectsError) -> AppObject {
        let app = try ObjectReader(
            node, "app '\(name)'",
            keys: [
                "account_id", "client_id", "marketplace_app_id", "environment", "token_url", "api_url", "labels",
                "rotation",
            ] + AppProfile.Field.allCases.map(\.rawValue))
        var profile = AppProfile()
        for field in AppProfile.Field.allCases { profile[field] = try app.text(field.rawValue) }
        var object = AppObject(
            name: name, accountID: try app.required("account_id"), clientID: try app.required("client_id"),
            marketplaceAppID: try app.text("marketplace_app_id"), environment: .commercial, profile: profile,
            labels: try labels(app), rotation: try rotation(app))
        object.environment = try app.word("environment", among: [ZoomEnvironment.Kind.government, .commercial])
        // The default has one spelling.
        if object.environment == .commercial { object.environment = nil }
        object.tokenURL = try app.text("token_url")
        object.apiURL = try app.text("api_url")
        return object
    }

    private static func labels(_ app: ObjectReader) throws(ObjectsError) -> Labels {
        var found: [Label] = []
        for entry in try app.entries("labels") {
            guard let key = Name(entry.key), let value = entry.value.text, let label = Label(key, value) else {
                throw ObjectsError(entry.line, "\(app.place) has a label that is none", try: Label.grammar)
            }
            found.append(label)
        }
        guard let labels = Labels(found) else {
            throw ObjectsError(app.line("labels"), "\(app.place) has more than \(Labels.most) labels")
        }
        return labels
    }

    private static func rotation(_ app: ObjectReader) throws(ObjectsError) -> AppObject.Rotation {
        var rotation = AppObject.Rotation()
        guard
            let given = try app.reader("rotation", keys: ["every", "window", "time_zone", "overlap", "paused"])
        else { return rotation }
        rotation.every = try given.seconds("every").flatMap { $0 == 0 ? nil : $0 }
        rotation.window = try given.text("window") ?? rotation.window
        rotation.timeZone = try given.text("time_zone") ?? rotation.timeZone
        rotation.overlap = try given.seconds("overlap") ?? rotation.overlap
        rotation.paused = try given.flag("paused")
        return rotation
    }

    private static func client(_ name: Name, _ node: YAMLNode) throws(ObjectsError) -> ClientDraft {
        let client = try ObjectReader(
            node, "client '\(name)'", keys: ["user", "uid", "gid", "unit", "exe", "foreign", "allow"])
        var grants: [Grant] = []
        for entry in try client.entries("allow") {
            guard let target = Grant.Target(rawValue: entry.key) else {
                throw ObjectsError(entry.line, "\(client.place) allows something that is no app's name and not '*'")
            }
            var permissions = Set<Permission>()
            for word in try client.words(entry) {
                guard let permission = Permission(rawValue: word) else {
                    throw ObjectsError(entry.line, "\(client.place) has a permission that is not credentials or token")
                }
                permissions.insert(permission)
            }
            grants.append(Grant(target: target, permissions: permissions))
        }
        return ClientDraft(
            name: name, uid: try client.number("uid"), user: try client.text("user"), gid: try client.number("gid"),
            unit: try client.text("unit"), exe: try client.text("exe"), foreign: try client.flag("foreign") ?? false,
            allow: grants
        ).normalised
    }

    private static func target(_ name: Name, _ node: YAMLNode) throws(ObjectsError) -> TargetObject {
        let target = try ObjectReader(
            node, "target '\(name)'",
            keys: [
                "kind", "app", "admin_url", "connection", "account_id_field", "client_id_field", "client_secret_field",
                "login", "user", "token_url", "client_id", "scope", "token_auth_method", "ca", "pin", "replicate",
                "settle", "bypass_external_validation", "restore_drift", "provisioner_log", "provisioner_channel",
            ])
        guard try target.required("kind") == "pingfederate" else {
            throw ObjectsError(target.line("kind"), "\(target.place): kind is not pingfederate")
        }
        guard let app = Name(try target.required("app")) else {
            throw ObjectsError(target.line("app"), "\(target.place): app is not \(Name.grammar)")
        }
        guard let login = try target.word("login", among: ConsoleLogin.Kind.allCases) else {
            throw ObjectsError(target.line, "\(target.place) has no login", try: "login: basic")
        }
        var object = TargetObject(
            name: name, app: app, adminURL: try target.required("admin_url"),
            connection: try target.required("connection"),
            fields: TargetFields(
                accountID: try target.text("account_id_field"), clientID: try target.text("client_id_field"),
                clientSecret: try target.text("client_secret_field")),
            login: login, replicate: try target.word("replicate", among: ReplicationMode.allCases) ?? .onSave,
            settle: try target.seconds("settle") ?? TargetObject.usualSettle,
            bypassesExternalValidation: try target.flag("bypass_external_validation") ?? false,
            restoresDrift: try target.flag("restore_drift") ?? false)
        switch login {
        case .basic:
            object.user = try target.required("user")
            try target.refuse("token_url", "client_id", "scope", "token_auth_method", with: login)
        case .clientCredentials:
            object.tokenURL = try target.required("token_url")
            object.clientID = try target.required("client_id")
            object.scope = try target.text("scope")
            object.tokenAuthMethod = try target.word("token_auth_method", among: OAuthClient.AuthMethod.allCases)
            try target.refuse("user", with: login)
        case .certificate:
            try target.refuse("user", "token_url", "client_id", "scope", "token_auth_method", with: login)
        }
        object.ca = try target.text("ca")
        object.pin = try target.text("pin")
        object.provisionerLog = try target.text("provisioner_log")
        object.provisionerChannel = try target.text("provisioner_channel")
        return object
    }
}
