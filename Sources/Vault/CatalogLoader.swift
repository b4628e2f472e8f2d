import Audit
import Domain
import Envelope

/// Reads and opens every row of a vault, and builds the memory from it.
///
/// If a row of an app, a secret or a client cannot be opened, or a row is missing or extra, loading fails: the rest could
/// be an older state. A token or a record of refusals that cannot be opened is only left out, since Zoom provides it
/// again.
struct CatalogLoader: Sendable {
    private(set) var catalog = Catalog.State()
    private(set) var account: LogCursor
    private(set) var unlockMethods: [UnlockMethod] = []
    private var outbox: [AuditEntry] = []

    /// The commits of an earlier process whose audit lines may not be on disk.
    var unlogged: AuditBacklog { AuditBacklog(room: .max, outbox, account.state.outboxLoss) }

    /// - Parameter log: the newest entries of the audit log; `nil` for a vault without one.
    init(
        _ transaction: any StoreTransaction, sealer: Sealer, at now: Moment, beside log: LogDirectory.Newest?
    ) throws {
        guard let stateRow = try transaction.row(in: .state, id: VaultState.id) else {
            throw VaultError(.damaged, "the vault's state row is missing", hint: Vault.restoreHint)
        }
        let written: VaultState = try sealer.open(stateRow)
        account = LogCursor(written, beside: log)
        var found = VaultState()
        var fold = CatalogFold(at: now, newest: account.newestTime)
        for table in SealedTable.counted {
            try transaction.forEachRow(in: table, openedBy: sealer) { row in
                found.count(try row.digest.get())
                apply(try row.opened.get(), &fold)
            }
        }
        for table in SealedTable.uncounted {
            try transaction.forEachRow(in: table, openedBy: sealer) { row in
                if case .success(let opened) = row.opened { apply(opened, &fold) }
            }
        }
        guard found.rows == written.rows, found.digest == written.digest else {
            throw VaultError(
                .damaged,
                "the vault's rows are not those that it wrote: it had \(written.rows) and has \(found.rows)",
                hint: Vault.restoreHint)
        }
        _ = fold.show(in: &catalog)
    }

    private mutating func apply(_ row: OpenedRow, _ fold: inout CatalogFold) {
        switch row {
        case .unlockMethod(let method): unlockMethods.append(method)
        case .outbox(let entry): outbox.append(entry)
        case .auditHead: account.apply(.put(row))
        default: fold.apply(.put(row), over: catalog)
        }
    }
}
