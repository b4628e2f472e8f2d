package import Domain
package import SecretJSON
package import SecretMemory

/// All apps, clients and push targets as an operator wants them, or as they are. Has no secret. Read strictly.
package struct ObjectsDocument: Equatable, Sendable, ListedDocument {
    package static let version = 1

    package var apps: [AppObject]
    package var clients: [ClientDraft]
    package var targets: [TargetObject]

    /// - Parameters: in any order; they are saved by name.
    package init(apps: [AppObject] = [], clients: [ClientDraft] = [], targets: [TargetObject] = []) {
        self.apps = apps.sorted { $0.name < $1.name }
        self.clients = clients.sorted { $0.name < $1.name }
        self.targets = targets.sorted { $0.name < $1.name }
    }

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        _ = try members("version", { _ in Self.version }, where: { $0 == Self.version })
        apps = try members("apps", \.apps, default: [])
        clients = try members("clients", \.clients, default: [])
        targets = try members("targets", \.targets, default: [])
    }
}

/// The body of `POST /v1/objects` and `POST /v1/objects/plan`. Read strictly.
package struct ObjectsRequest: Sendable, ListedDocument {
    /// The client secret of a new app.
    package struct Secret: Sendable, ListedDocument {
        package let app: Name
        package let clientSecret: SecretBox

        package init(app: Name, clientSecret: SecretBox) {
            (self.app, self.clientSecret) = (app, clientSecret)
        }

        package static var isStrict: Bool { true }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            app = try members("app", \.app)
            clientSecret = try members("client_secret", \.clientSecret)
        }
    }

    /// An object that may be removed.
    package struct Removal: Hashable, Sendable, ListedDocument {
        package let kind: ObjectsPlan.Change.Kind
        package let name: Name

        package init(_ change: ObjectsPlan.Change) { (kind, name) = (change.kind, change.name) }

        package static var isStrict: Bool { true }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            kind = try members("kind", \.kind)
            name = try members("name", \.name)
        }
    }

    package let objects: ObjectsDocument
    /// Whether to remove what the objects lack.
    package let prune: Bool
    /// Whether Zoom must accept new apps and new IDs first.
    package let verify: Bool
    package let secrets: [Secret]
    /// What `prune` may remove, as a plan named it: if that is no longer the same, nothing is changed. `nil` for whatever
    /// the objects lack.
    package let removing: [Removal]?

    package init(
        _ objects: ObjectsDocument, prune: Bool, verify: Bool = true, secrets: [Secret] = [],
        removing: [Removal]? = nil
    ) {
        (self.objects, self.prune, self.verify, self.secrets) = (objects, prune, verify, secrets)
        self.removing = removing
    }

    package static var isStrict: Bool { true }
    package static var mostValues: Int { 200_000 }
    /// About a thousand objects.
    package static var mostBytes: Int { 1 << 19 }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        objects = try members("objects", \.objects)
        prune = try members("prune", \.prune, default: false)
        verify = try members("verify", \.verify, default: true)
        secrets = try members("secrets", \.secrets, default: [])
        removing = try members.ifPresent("removing", \.removing)
    }
}
