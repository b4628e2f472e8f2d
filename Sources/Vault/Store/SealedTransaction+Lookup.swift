import Domain

/// Lookups within the transaction. All decisions of a change are based on these, and never on memory.
extension SealedTransaction {
    func record<R: Record>(_ id: String, as _: R.Type = R.self) throws -> R? {
        guard let row = try store.row(in: R.table, id: id) else { return nil }
        return try sealer.open(row)
    }

    func app(named name: Name) throws -> App? {
        try records(App.self, by: "name_index", name.description).first
    }

    /// Throws if another app is the same one at Zoom: a rotation of one would end the secret of the other.
    func checkIdentity(of app: App) throws {
        let same = try records(App.self, by: "zoom_index", app.zoomIdentity).first { $0.id != app.id }
        if let same { throw VaultError.isStored(as: same.name) }
    }

    func client(named name: Name) throws -> Client? {
        try records(Client.self, by: "name_index", name.description).first
    }

    func target(named name: Name) throws -> PushTarget? {
        try records(PushTarget.self, by: "name_index", name.description).first
    }

    /// Throws `.notFound` unless this app exists.
    func check(_ app: App) throws {
        guard try record(app.id, as: App.self) != nil else { throw Vault.noSuchApp(app.name) }
    }

    /// The running rotation of the app.
    func openRotation(ofApp id: String) throws -> Rotation? {
        try store.openRow(in: .rotation, ofApp: id).map { try sealer.open($0) }
    }

    /// The rotation as the vault has it, if it is still under way. Throws `.ended` if it is over.
    func underWay(_ rotation: Rotation, of app: App) throws -> Rotation {
        guard let known = try record(rotation.id, as: Rotation.self) else { throw Vault.noSuchRotation }
        guard !known.phase.isFinal else { throw Vault.over(app.name, known) }
        return known
    }

    /// An app with its secrets and its running rotation.
    func entry(ofApp id: String) throws -> AppEntry? {
        let rows = try secrets(ofApp: id)
        rows.facts.rotation = try openRotation(ofApp: id)
        return rows.entry
    }

    /// An app and its secrets.
    func secrets(ofApp id: String) throws -> AppRows {
        let rows = AppRows()
        rows.app = try record(id, as: App.self)
        try store.forEachRow(in: .generation, ofApp: id) {
            rows.apply(try sealer.open($0, as: GenerationRecord.self), sealer)
        }
        return rows
    }

    /// All apps.
    func apps() throws -> [App] {
        var apps: [App] = []
        try store.forEachRow(in: .app) { apps.append(try sealer.open($0, as: App.self)) }
        return apps
    }

    /// Only the IDs of these rows.
    func ids(in table: SealedTable, ofApp app: String) throws -> [String] {
        var ids: [String] = []
        try store.forEachRow(in: table, ofApp: app) { ids.append($0.id) }
        return ids
    }

    /// The records with this sealed text, found by its blind index.
    private func records<R: Record>(_: R.Type, by column: String, _ text: String) throws -> [R] {
        let index = try sealer.blindIndex(of: text, in: R.table, column)
        var found: [R] = []
        try store.forEachRow(in: R.table, where: column, is: index) { found.append(try sealer.open($0)) }
        return found
    }
}

/// Targets, and the rotations that wait for them.
extension SealedTransaction {
    /// The other targets of the same connection, by name.
    private func targetsBeside(_ target: PushTarget) throws -> [PushTarget] {
        try records(PushTarget.self, by: "place_index", target.place)
            .filter { $0.id != target.id }.sorted { $0.name < $1.name }
    }

    /// Whether a running rotation would revoke the secret in the target's connection and reaches that connection only
    /// through this target: it must still push, or wait because somebody else changed the connection.
    func isWaitedFor(_ target: PushTarget) throws -> Bool {
        guard let rotation = try openRotation(ofApp: target.appID) else { return false }
        let delivery = try record(target.id, as: DeliveryRecord.self)?.delivery
        guard rotation.publishedAt == nil || delivery?.drift != nil else { return false }
        return !(try targetsBeside(target)).contains {
            $0.appID == target.appID && $0.fields.clientSecret == target.fields.clientSecret
        }
    }

    /// Throws if the target is to push into another connection while a rotation would revoke the secret in this one. A
    /// connection that is gone, or was never pushed to, does not count; and a console may change its address.
    func checkMove(of known: PushTarget, to target: PushTarget) throws {
        guard known.connection != target.connection, known.adminURL == target.adminURL,
            let delivery = try record(known.id, as: DeliveryRecord.self)?.delivery,
            delivery.generation != nil, delivery.failure?.cause != "not_found", try isWaitedFor(known)
        else { return }
        throw VaultError(
            .busy,
            "a rotation of '\(target.app)' waits for '\(target.name)', and would revoke the secret that is in "
                + "'\(known.connection)'",
            hint: "add the other connection as a target of its own: keyturn target add pingfederate NEW; if "
                + "'\(known.connection)' is no longer used: keyturn target remove \(target.name) --force first")
    }

    /// Throws if another app's credentials are pushed into one of the target's settings: the pushes would undo each
    /// other.
    func checkSettings(of target: PushTarget) throws {
        for other in try targetsBeside(target) where other.appID != target.appID {
            let shared = target.fields.names.filter(other.fields.names.contains)
            guard !shared.isEmpty else { continue }
            let names = shared.map { "'\($0)'" }.joined(separator: ", ")
            throw VaultError(
                .exists,
                "target '\(other.name)' pushes app '\(other.app)' into \(names) of this connection already",
                hint: "see keyturn target show \(other.name); choose another connection, or other settings")
        }
    }
}
