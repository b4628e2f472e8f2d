import Audit
import Domain

/// One write transaction of the vault: each change seals its row, is noted to be shown once it is durable, and keeps the
/// vault's own account of itself in step.
struct SealedTransaction {
    let store: any StoreTransaction
    let sealer: Sealer
    /// The vault's account of itself, as this commit will leave it.
    private(set) var state: VaultState
    private var changes: [RowChange] = []
    private var secrets: KeySecrets?
    private var event: AuditEvent?

    /// Begins on the state that the store has now.
    init(_ store: any StoreTransaction, sealer: Sealer) throws {
        guard let row = try store.row(in: .state, id: VaultState.id) else {
            throw VaultError(.damaged, "the vault's state row is missing", hint: Vault.restoreHint)
        }
        self.store = store
        self.sealer = sealer
        self.state = try sealer.open(row)
    }

    // MARK: Rows

    mutating func put(_ record: some Record) throws {
        try store(sealer.seal(record))
        changes.append(.put(record.opened))
    }

    /// A key slot or the keyring, as it is to be stored.
    mutating func put(row: SealedRow) throws {
        try store(row)
        changes.append(.put(try OpenedRow(row, sealer)))
    }

    mutating func put(keyring: [UInt8]) throws {
        try put(row: SealedRow(table: .keyring, cells: [.text(Vault.keyringID)], sealed: keyring))
    }

    mutating func remove(from table: SealedTable, id: String) throws {
        guard let old = try store.row(in: table, id: id) else {
            // What memory alone holds in its place, since the disk did not take it, goes all the same.
            if table.columns[0] == "app" { changes.append(.removed(table, [.text(id)])) }
            return
        }
        if table.isCounted { state.discount(try sealer.digest(of: old)) }
        try store.remove(from: table, id: id)
        changes.append(.removed(table, old.cells))
    }

    mutating func removeRows(from table: SealedTable, ofApp app: String) throws {
        var ids: [String] = []
        try store.forEachRow(in: table, ofApp: app) { ids.append($0.id) }
        for id in ids { try remove(from: table, id: id) }
    }

    /// Seals a row's content in the newest epoch. What does not open is refused, or, where damage loses nothing, taken out.
    mutating func reseal(_ table: SealedTable, id: String) throws {
        guard let row = try store.row(in: table, id: id) else { return }
        let new: SealedRow
        do throws(VaultError) { new = try sealer.reseal(row) } catch {
            guard error.code == .damaged, !table.isCounted else { throw error }
            // What was read from it before it was damaged is still known, and stays known.
            try store.remove(from: table, id: id)
            return
        }
        try store(new)
    }

    /// Throws unless every row of the table is sealed in this epoch.
    func checkAll(of table: SealedTable, areIn epoch: UInt32) throws {
        try store.forEachRow(in: table) { row in
            guard row.isSealed(in: epoch) else {
                throw VaultError(.busy, "a row of \(table.name) is in an older key epoch; nothing was dropped")
            }
        }
    }

    private mutating func store(_ row: SealedRow) throws {
        if row.table.isCounted {
            if let old = try store.row(in: row.table, id: row.id) { state.discount(try sealer.digest(of: old)) }
            state.count(try sealer.digest(of: row))
        }
        try store.put(row)
    }

    // MARK: What is beside the rows

    /// Has the audit log tell of this commit. What is told of it last counts.
    mutating func tell(_ event: AuditEvent?) { self.event = event }

    /// What opens and makes seals once this commit is durable.
    mutating func replaceSecrets(by secrets: KeySecrets) { self.secrets = secrets }

    mutating func belong(to host: String) { state.host = host }

    mutating func note(_ trouble: AuditTrouble?) { state.auditTrouble = trouble }

    /// Takes the time of this commit for the newest there is, whatever the clock said before.
    mutating func forgetTimes() { state.newestTime = nil }

    /// The first generation of a new app, which from now on keeps its own account of them.
    mutating func takeFirstGeneration(of name: Name) -> Generation {
        defer { state.spent.forget(name) }
        return state.spent.first(of: name)
    }

    /// Has an app that is added under this name later go on above this generation.
    mutating func spend(_ generation: Generation, of name: Name) { state.spent.spend(generation, of: name) }

    // MARK: The end

    /// The last step: the account of what changed, with what the audit log is to tell of it.
    /// - Parameter log: what of the log is on disk; `nil` while it is not open.
    mutating func finish(_ account: LogCursor, _ log: LogPosition?, at now: Timestamp) throws -> Commit {
        state.newestTime = max(state.newestTime ?? now, now)
        state.commits = max(state.commits, account.floor) + 1
        if let log { try follow(log) }
        let entry = account.hasLog ? event.map { AuditEntry($0, at: now, commit: state.commits) } : nil
        if let entry { try keep(entry) }
        try store.put(try sealer.seal(state))
        changes.append(.put(.state(state)))
        return Commit(changes: changes, secrets: secrets, entry: entry)
    }

    /// Notes where the log ends, and drops what is on disk there.
    private mutating func follow(_ log: LogPosition) throws {
        let known = try record(AuditHeadRecord.id, as: AuditHeadRecord.self)
        if (known?.head ?? .start) != log.head { try put(AuditHeadRecord(log.head)) }
        if let lost = state.outboxLoss, lost.commit <= log.commit { state.outboxLoss = nil }
        let few = 16
        var dropped = few
        while dropped == few, state.outboxBytes > 0 {
            var first: [SealedRow] = []
            try store.forEachRow(in: .outbox, after: "", limit: few) { first.append($0) }
            let told = first.prefix { $0.id <= OutboxRecord.id(log.commit) }
            for row in told {
                state.outboxBytes -= row.sealed.count
                try remove(from: .outbox, id: row.id)
            }
            dropped = told.count
        }
    }

    /// The most bytes of the outbox: however long the log cannot be written, it must not fill the disk.
    private static let outboxRoom = 64 << 10

    /// What finds no room is counted. What is lost once stays lost up to the newest entry, so that the log tells everything
    /// in its order.
    private mutating func keep(_ entry: AuditEntry) throws {
        let row = try sealer.seal(OutboxRecord(entry))
        guard state.outboxLoss == nil, state.outboxBytes + row.sealed.count <= Self.outboxRoom else {
            state.outboxLoss = AuditBacklog.Loss(
                events: (state.outboxLoss?.events ?? 0) + 1, time: entry.time, commit: state.commits)
            return
        }
        try store(row)
        state.outboxBytes += row.sealed.count
        changes.append(.put(.outbox(entry)))
    }
}
