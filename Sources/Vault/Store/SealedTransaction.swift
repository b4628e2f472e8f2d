import Audit
import Names
import Times

/// One write transaction of the vault: each change seals its row and keeps the vault's own account of itself in step.
struct SealedTransaction {
    private let store: any StoreTransaction
    private let sealer: Sealer
    private var state: VaultState

    /// Begins on the state that the store has now.
    init(_ store: any StoreTransaction, sealer: Sealer) throws {
        guard let row = try store.row(in: .state, id: VaultState.id) else {
            throw VaultError(.damaged, "the vault's state row is missing", hint: Vault.restoreHint)
        }
        self.store = store
        self.sealer = sealer
        self.state = try sealer.open(row)
    }

    func record<R: Record>(_ id: String, as _: R.Type = R.self) throws -> R? {
        guard let row = try store.row(in: R.table, id: id) else { return nil }
        return try sealer.open(row)
    }

    mutating func put(_ record: some Record) throws {
        try put(row: sealer.seal(record))
    }

    /// A row as it is to be stored.
    mutating func put(row: SealedRow) throws {
        try discount(row.table, row.id)
        try store.put(row)
        if row.table.isCounted { state.count(try sealer.digest(of: row)) }
    }

    mutating func put(keyring: [UInt8]) throws {
        try put(row: SealedRow(table: .keyring, cells: [.text(Vault.keyringID)], sealed: keyring))
    }

    /// Seals a row's content in the newest epoch. What does not open is refused, or, where damage loses nothing, taken out.
    mutating func reseal(_ table: SealedTable, id: String) throws {
        guard let row = try store.row(in: table, id: id) else { return }
        let new: SealedRow
        do throws(VaultError) { new = try sealer.reseal(row) } catch {
            guard error.code == .damaged, !table.isCounted else { throw error }
            return try remove(from: table, id: id)
        }
        try put(row: new)
    }

    /// Throws unless every row of the table is sealed in this epoch.
    func checkAll(of table: SealedTable, areIn epoch: UInt32) throws {
        try store.forEachRow(in: table) { row in
            guard row.isSealed(in: epoch) else {
                throw VaultError(.busy, "a row of \(table.name) is in an older key epoch; nothing was dropped")
            }
        }
    }

    mutating func remove(from table: SealedTable, id: String) throws {
        try discount(table, id)
        try store.remove(from: table, id: id)
    }

    mutating func removeRows(from table: SealedTable, ofApp app: String) throws {
        var ids: [String] = []
        try store.forEachRow(in: table, ofApp: app) { ids.append($0.id) }
        for id in ids { try remove(from: table, id: id) }
    }

    private mutating func discount(_ table: SealedTable, _ id: String) throws {
        guard table.isCounted, let old = try store.row(in: table, id: id) else { return }
        state.discount(try sealer.digest(of: old))
    }

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

    /// What a commit leaves behind beside its rows.
    struct Kept {
        let auditHead: AuditHead
        let commit: Int
        let newestTime: Timestamp?
        let entry: AuditEntry?
    }

    /// The last step: the account of what changed, with what the audit log is to tell of it.
    /// - Parameter durable: what of the log is on disk; `nil` for what the account has.
    mutating func finish(
        _ account: Account, _ durable: LogPosition?, recording event: AuditEvent?, at now: Timestamp
    ) throws -> Kept {
        state.newestTime = max(state.newestTime ?? now, now)
        state.commits = max(state.commits, account.floor) + 1
        state.auditHead = durable?.head ?? account.auditHead
        if let durable { state.outbox.drop(through: durable.commit) }
        let entry = event.map { AuditEntry($0, at: now, commit: state.commits) }
        if let entry { state.outbox.add(entry) }
        try store.put(try sealer.seal(state))
        return Kept(
            auditHead: state.auditHead, commit: state.commits, newestTime: state.newestTime, entry: entry)
    }
}
