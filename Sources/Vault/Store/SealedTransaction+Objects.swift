import Domain
import SecretMemory

/// The changes of apps and clients within a transaction, each with the conditions for it.
extension SealedTransaction {
    mutating func add(_ app: App, clientSecret: SecretBox, at now: Timestamp) throws {
        guard try self.app(named: app.name) == nil else {
            throw VaultError(
                .exists, "there already is an app '\(app.name)'",
                hint: "choose another name, or see keyturn app show \(app.name)")
        }
        try checkIdentity(of: app)
        var app = app
        app.first = claimFirstGeneration(of: app.name)
        try put(app)
        try put(
            GenerationRecord(
                appID: app.id,
                Credential(generation: app.first, state: .current, clientSecret: clientSecret, createdAt: now)))
    }

    /// - Parameter force: also during a rotation for which Zoom may have made a secret.
    mutating func removeApp(_ name: Name, force: Bool) throws {
        guard let app = try self.app(named: name) else { throw Vault.noSuchApp(name) }
        let entry = try entry(ofApp: app.id)
        if !force, let open = entry?.rotation, open.phase != .planned {
            throw VaultError(
                .busy,
                "a rotation of '\(name)' is running, in state '\(open.phase.words)': removing the app could delete "
                    + "the only copy of a new secret",
                hint: "keyturn rotation show \(open.id); to lose it: keyturn app remove \(name) --force")
        }
        if let entry { spend(entry.highestGeneration, of: name) }
        for target in try ids(in: .pushTarget, ofApp: app.id) {
            try remove(from: .delivery, id: target)
        }
        for table in [SealedTable.generation, .rotation, .candidate, .receipt, .pushTarget] {
            try removeRows(from: table, ofApp: app.id)
        }
        for table in [SealedTable.token, .refusals, .schedulerState, .app] {
            try remove(from: table, id: app.id)
        }
    }

    /// Changes an app's description or policy; its name and its identity at Zoom stay.
    mutating func update(_ app: App, _ edit: (inout App) throws -> Void) throws {
        guard let known = try record(app.id, as: App.self) else { throw Vault.noSuchApp(app.name) }
        var app = known
        try edit(&app)
        guard app.isSame(atZoom: known) else {
            throw VaultError(
                .busy, "the IDs of '\(known.name)' were changed meanwhile; nothing was changed",
                hint: "keyturn app show \(known.name), then try again")
        }
        try put(app)
    }

    /// Changes an app's account ID or client ID. The secret gets the next generation.
    mutating func identify(_ app: App, _ edit: (inout App) throws -> Void) throws {
        guard let entry = try entry(ofApp: app.id) else { throw Vault.noSuchApp(app.name) }
        if let open = entry.rotation { throw Vault.busy(app.name, open) }
        var app = entry.app
        try edit(&app)
        try checkIdentity(of: app)
        let old = entry.credential
        let new = Credential(
            generation: app.next(after: old.generation), state: .current, clientSecret: old.clientSecret,
            createdAt: old.createdAt, suspectSince: old.suspectSince)
        try remove(from: .generation, id: GenerationRecord.id(appID: app.id, old.generation))
        try put(GenerationRecord(appID: app.id, new))
        try put(app)
        // They belong to another app at Zoom.
        try remove(from: .token, id: app.id)
        try remove(from: .refusals, id: app.id)
    }

    mutating func add(_ client: Client) throws {
        guard try self.client(named: client.name) == nil else {
            throw VaultError(
                .exists, "there already is a client '\(client.name)'",
                hint: "choose another name, or remove it first: keyturn client remove \(client.name)")
        }
        try put(client)
    }

    mutating func removeClient(_ name: Name) throws {
        guard let client = try client(named: name) else {
            throw VaultError(.notFound, "there is no client '\(name)'", hint: "keyturn client list")
        }
        try remove(from: .client, id: client.id)
    }
}
