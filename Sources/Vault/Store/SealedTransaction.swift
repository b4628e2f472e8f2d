import Audit
import Domain

/// One write transaction of the vault. Each change seals its row, is recorded for memory, and updates the state row's
/// digest.
struct SealedTransaction {
    let store: any StoreTransaction
    let sealer: Sealer
    /// The state rows, as this commit will leave them.
    private(set) var state: VaultState
    private(set) var node: NodeState
    private let oldNode: NodeState
    private var changes: [RowChange] = []
    private var secrets: KeySecrets?
    private var event: AuditEvent?

    /// Starts from the store's present state.
    init(_ store: any StoreTransaction, sealer: Sealer) throws {
        self.store = store
        self.sealer = sealer
        state = try VaultState(store, sealer)
        oldNode = try NodeState(store, sealer)
        node = oldNode
    }

    // MARK: Rows

    mutating func put(_ record: some Record) throws {
        try store(sealer.seal(record))
        changes.append(.put(record.opened))
    }

    /// Writes a key slot or the keyring in its stored form.
    mutating func put(row: SealedRow) throws {
        try store(row)
        changes.append(.put(try OpenedRow(row, sealer)))
    }

    mutating func put(keyring: [UInt8]) throws {
        try put(row: SealedRow(table: .keyring, cells: [.text(Vault.keyringID)], sealed: keyring))
    }

    mutating func remove(from table: SealedTable, id: String) throws {
        guard let old = try store.row(in: table, id: id) else {
            // Unsaved values in memory, which the disk did not accept, are dropped as well.
            if table.columns[0] == "app" { changes.append(.removed(table, [.text(id)])) }
            return
        }
        try discount(old)
        try store.remove(from: table, id: id)
        changes.append(.removed(table, old.cells))
    }

    mutating func removeRows(from table: SealedTable, ofApp app: String) throws {
        var ids: [String] = []
        try store.forEachRow(in: table, ofApp: app) { ids.append($0.id) }
        for id in ids { try remove(from: table, id: id) }
    }

    /// Seals a row's content in the newest epoch. A row that cannot be opened is refused or, where damage loses nothing,
    /// removed.
    mutating func reseal(_ table: SealedTable, id: String) throws {
        guard let row = try store.row(in: table, id: id) else { return }
        let new: SealedRow
        do throws(VaultError) { new = try sealer.reseal(row) } catch {
            guard error.code == .damaged, !table.isCounted else { throw error }
            // Memory still has what was read before the damage, and keeps it.
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
            if let old = try store.row(in: row.table, id: row.id) { try discount(old) }
            let digest = try sealer.digest(of: row)
            if row.table.isLocal { node.digest.count(digest) } else { state.digest.count(digest) }
        }
        try store.put(row)
    }

    private mutating func discount(_ row: SealedRow) throws {
        guard row.table.isCounted else { return }
        let digest = try sealer.digest(of: row)
        if row.table.isLocal { node.digest.discount(digest) } else { state.digest.discount(digest) }
    }

    // MARK: Beside the rows

    /// Sets the audit event of this commit. The last call counts.
    mutating func audit(_ event: AuditEvent?) { self.event = event }

    /// Sets the keys for rows from this commit on.
    mutating func replaceSecrets(by secrets: KeySecrets) { self.secrets = secrets }

    mutating func setOwner(_ host: String) { state.host = host }

    mutating func set(_ trouble: AuditTrouble?) { node.auditTrouble = trouble }

    /// Makes the time of this commit the newest, whatever the clock said before.
    mutating func forgetTimes() { state.newestTime = nil }

    /// Returns the first generation of a new app, which records its generations itself from now on.
    mutating func claimFirstGeneration(of name: Name) -> Generation {
        defer { state.spent.forget(name) }
        return state.spent.first(of: name)
    }

    /// Makes an app that is added under this name later continue above this generation.
    mutating func spend(_ generation: Generation, of name: Name) { state.spent.spend(generation, of: name) }

    // MARK: Finishing

    /// The last step: writes the link of the chain, the audit event and the state rows.
    /// - Parameter log: the part of the log that is on disk; `nil` while it is not open.
    mutating func finish(_ account: LogCursor, _ log: LogPosition?, at now: Timestamp) throws -> Commit {
        state.newestTime = max(state.newestTime ?? now, now)
        let link = try HistoryRecord(after: state.newest, commit: max(state.commits, account.floor) + 1, sealer)
        try store.put(try sealer.seal(link))
        if let old = HistoryRetention.expired(by: link.point.commit) {
            try store.remove(from: .history, id: CommitNumber(old).text)
        }
        state.newest = link.point
        if let log { try follow(log) }
        let entry = account.hasLog ? event.map { AuditEntry($0, at: now, commit: state.commits) } : nil
        if let entry { try addToOutbox(entry) }
        if node != oldNode {
            try store(sealer.seal(node))
            changes.append(.put(.nodeState(node)))
        }
        try store.put(try sealer.seal(state))
        changes.append(.put(.state(state)))
        return Commit(changes: changes, secrets: secrets, entry: entry)
    }

    /// Records where the log ends, and drops events that it has on disk.
    private mutating func follow(_ log: LogPosition) throws {
        let known = try record(AuditHeadRecord.id, as: AuditHeadRecord.self)
        if (known?.head ?? .start) != log.head { try put(AuditHeadRecord(log.head)) }
        if let lost = node.outboxLoss, lost.commit <= log.commit { node.outboxLoss = nil }
        let few = 16
        var dropped = few
        while dropped == few, node.outboxBytes > 0 {
            var first: [SealedRow] = []
            try store.forEachRow(in: .outbox, after: "", limit: few) { first.append($0) }
            let told = first.prefix { $0.id <= OutboxRecord.id(log.commit) }
            for row in told {
                node.outboxBytes -= row.sealed.count
                try remove(from: .outbox, id: row.id)
            }
            dropped = told.count
        }
    }

    /// The most bytes of the outbox: even if the log cannot be written for long, it must not fill the disk.
    private static let outboxRoom = 64 << 10

    /// Stores an event, or counts it if there is no room. After a loss, events are counted until the outbox is empty, so
    /// that the log keeps its order.
    private mutating func addToOutbox(_ entry: AuditEntry) throws {
        let row = try sealer.seal(OutboxRecord(entry))
        guard node.outboxLoss == nil, node.outboxBytes + row.sealed.count <= Self.outboxRoom else {
            node.outboxLoss = AuditBacklog.Loss(
                events: (node.outboxLoss?.events ?? 0) + 1, time: entry.time, commit: state.commits)
            return
        }
        try store(row)
        node.outboxBytes += row.sealed.count
        changes.append(.put(.outbox(entry)))
    }
}
