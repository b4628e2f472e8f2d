import Domain
import SecretMemory
import SocketAPI
import Vault

/// What an operator wants, compared with the vault: the changes to make, and how to describe them. Makes no request.
struct ObjectsComparison {
    /// A new app, or one that becomes another at Zoom: it is verified first.
    struct Unproven {
        let app: App
        /// `nil` for the secret that the vault has.
        let secret: SecretBox?
    }

    private(set) var plan: [ObjectsPlan.Change] = []
    private(set) var changes = ObjectChanges()
    private(set) var unproven: [Unproven] = []
    /// The new overlaps of apps, which also apply to their running rotations.
    private(set) var overlaps: [Name: Int] = [:]

    /// The targets that go with their apps, in the commit.
    private(set) var removedTargets = Set<Name>()

    private let catalog: Catalog
    private let now: Timestamp
    private let secrets: [Name: SecretBox]
    /// The apps as they will be.
    private var apps: [Name: App]
    /// Stands for a secret that is given later.
    private static let unknown = SecretBox(SecretBytes(copying: "unknown"))

    /// - Throws: what is wrong with the objects, naming the first that is.
    init(_ request: ObjectsRequest, with catalog: Catalog, at now: Timestamp) throws(Problem) {
        self.catalog = catalog
        self.now = now
        apps = Dictionary(catalog.apps.map { ($0.app.name, $0.app) }) { $1 }
        secrets = Dictionary(request.secrets.map { ($0.app, $0.clientSecret) }) { $1 }
        let objects = request.objects
        try Self.checkNames(objects.apps.map(\.name), "app")
        try Self.checkNames(objects.clients.map(\.name), "client")
        try Self.checkNames(objects.targets.map(\.name), "target")
        for app in objects.apps { try named("app", app.name) { () throws(Problem) in try compare(app) } }
        if request.prune { removeApps(beside: objects.apps.map(\.name)) }
        for client in objects.clients {
            try named("client", client.name) { () throws(Problem) in try compare(client) }
        }
        if request.prune { removeClients(beside: objects.clients.map(\.name)) }
        removeTargetsOfRemovedApps()
        for target in objects.targets {
            try named("target", target.name) { () throws(Problem) in try compare(target) }
        }
        if request.prune { removeTargets(beside: objects.targets.map(\.name)) }
    }

    private func named(_ kind: String, _ name: Name, _ body: () throws(Problem) -> Void) throws(Problem) {
        do { try body() } catch {
            throw error.about(kind, name)
        }
    }

    private static func checkNames(_ names: [Name], _ kind: String) throws(Problem) {
        var known = Set<Name>()
        for name in names where !known.insert(name).inserted {
            throw Problem(.badRequest, "there are two entries for \(kind) '\(name)'")
        }
    }

    // MARK: Apps

    private mutating func compare(_ object: AppObject) throws(Problem) {
        guard let known = catalog.app(object.name)?.app else { return try add(object) }
        let wanted = try AppDraftCheck.environment(object.environment, object.tokenURL, object.apiURL)
        guard wanted == known.environment else {
            throw Problem(
                .conflict, "its environment cannot be changed",
                try: "keyturn app remove \(object.name), and add it again")
        }
        let patch = object.patch(of: known)
        let app = try AppPatchCheck.app(known, patched: patch)
        apps[app.name] = app
        guard app != known else { return }
        let isAnother = !app.isSame(atZoom: known)
        plan.append(.init(.set, .app, app.name, AppObject(app).changes(from: AppObject(known))))
        changes.edits.append(
            ObjectChanges.Edit(known, isAnother: isAnother) { app throws in
                do throws(Problem) { app = try AppPatchCheck.app(app, patched: object.patch(of: app)) } catch {
                    throw VaultError(.unfit, error.advice)
                }
            })
        if isAnother { unproven.append(Unproven(app: app, secret: nil)) }
        if app.policy.overlap != known.policy.overlap { overlaps[app.name] = app.policy.overlap }
    }

    private mutating func add(_ object: AppObject) throws(Problem) {
        let secret = secrets[object.name]
        let draft = AppDraft(
            name: object.name, accountID: object.accountID, clientID: object.clientID,
            clientSecret: (secret ?? Self.unknown).bytes.copy(),
            marketplaceAppID: object.marketplaceAppID, environment: object.environment, tokenURL: object.tokenURL,
            apiURL: object.apiURL, verify: true, profile: object.profile, labels: object.labels)
        var app = try AppDraftCheck.app(draft, id: RowID.make(), now: now)
        app = try AppPatchCheck.app(app, patched: object.patch(of: app))
        apps[app.name] = app
        plan.append(.init(.add, .app, app.name, needsSecret: secret == nil))
        guard let secret else { return }
        changes.addedApps.append((app, secret))
        unproven.append(Unproven(app: app, secret: secret))
    }

    private mutating func removeApps(beside names: [Name]) {
        let names = Set(names)
        for app in catalog.apps.map(\.app) where !names.contains(app.name) {
            plan.append(.init(.remove, .app, app.name))
            changes.removedApps.append(app.name)
            apps[app.name] = nil
        }
    }

    // MARK: Clients

    private mutating func compare(_ draft: ClientDraft) throws(Problem) {
        let wanted = draft.normalised
        guard let known = catalog.client(draft.name) else {
            changes.addedClients.append(try ClientActions.client(wanted, at: now))
            plan.append(.init(.add, .client, draft.name))
            return
        }
        let here = ClientDraft(known)
        // Where the vault has a user's name, the file may have the number.
        var wantedHere = wanted
        if wanted.user == nil, here.user != nil, wanted.uid == Int(known.selectors.uid) {
            wantedHere = wanted.named(here)
        }
        guard wantedHere != here.normalised else { return }
        changes.changedClients.append(try ClientActions.client(wanted, at: now))
        plan.append(.init(.set, .client, draft.name, wantedHere.changes(from: here)))
    }

    private mutating func removeClients(beside names: [Name]) {
        let names = Set(names)
        for client in catalog.clients where !names.contains(client.name) {
            plan.append(.init(.remove, .client, client.name))
            changes.removedClients.append(client.name)
        }
    }

    // MARK: Targets

    private mutating func compare(_ object: TargetObject) throws(Problem) {
        guard let app = apps[object.app] else { throw Problem(.notFound, "there is no app '\(object.app)'") }
        guard let known = catalog.target(object.name)?.target, !removedTargets.contains(object.name) else {
            return try add(object, to: app)
        }
        guard known.app == object.app else {
            throw Problem(
                .conflict, "its app is '\(known.app)', and cannot be changed",
                try: "keyturn target remove \(object.name), and add it again")
        }
        let here = TargetObject(known)
        guard object.login != .certificate || here.login == .certificate else {
            throw Problem(
                .badRequest, "a login with a certificate needs its key",
                try: "keyturn target set \(object.name) --client-cert F --client-key F")
        }
        let needsSecret = object.needsSecret(beside: here)
        let patch = object.patch(of: here, secret: needsSecret ? Self.unknown : nil, verify: true)
        guard !patch.changes.isEmpty else { return }
        // What the patch makes of it is compared: one value can be written in several ways.
        let wanted = TargetObject(try TargetPatchCheck.target(known, patched: patch))
        guard needsSecret || wanted != here else { return }
        plan.append(
            .init(
                .set, .target, object.name, wanted.certificatesNamed.changes(from: here.certificatesNamed),
                needsSecret: needsSecret))
    }

    /// Checks all of the target that can be checked without its console.
    private mutating func add(_ object: TargetObject, to app: App) throws(Problem) {
        guard let draft = object.draft(secret: Self.unknown, verify: true) else {
            throw Problem(
                .badRequest, "a new target that logs in with a certificate needs its key",
                try: "keyturn target add pingfederate \(object.name) --client-cert F --client-key F")
        }
        _ = try TargetDraftCheck.target(draft, of: app, fields: TargetDraftCheck.unknown, id: "", now: now)
        let fields = draft.fields
        if let accountID = fields.accountID, let clientID = fields.clientID, let secret = fields.clientSecret {
            _ = try TargetDraftCheck.checked(
                PushTarget.Fields(
                    accountID: accountID.isEmpty ? nil : accountID, clientID: clientID, clientSecret: secret))
        }
        plan.append(.init(.add, .target, object.name, needsSecret: true))
    }

    private mutating func removeTargetsOfRemovedApps() {
        for target in catalog.targets.map(\.target) where changes.removedApps.contains(target.app) {
            plan.append(.init(.remove, .target, target.name))
            removedTargets.insert(target.name)
        }
    }

    private mutating func removeTargets(beside names: [Name]) {
        let names = Set(names)
        for target in catalog.targets.map(\.target)
        where !names.contains(target.name) && !removedTargets.contains(target.name) {
            plan.append(.init(.remove, .target, target.name))
        }
    }
}

extension Problem {
    /// The same, of one of several objects.
    func about(_ kind: String, _ name: Name) -> Problem {
        Problem(code, "\(kind) '\(name)': \(detail)", try: hint)
    }
}
