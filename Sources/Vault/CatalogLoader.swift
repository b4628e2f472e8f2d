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
    var unlogged: AuditBacklog { AuditBacklog(room: .max, outbox, account.node.outboxLoss) }

    /// - Parameter log: the newest entries of the audit log; `nil` for a vault without one.
    init(
        _ transaction: any StoreTransaction, sealer: Sealer, at now: Moment, beside log: LogDirectory.Newest?
    ) throws {
        let written = try (vault: VaultState(transaction, sealer), node: NodeState(transaction, sealer))
        account = LogCursor(written.vault, written.node, beside: log)
        // No link of the history is kept in memory, but a vault without the table takes no commit.
        _ = try transaction.row(in: .history, id: CommitNumber(written.vault.commits).text)
        var found = (vault: CountedDigest(), node: CountedDigest())
        var fold = CatalogFold(at: now, newest: account.newestTime, sealer)
        for table in SealedTable.counted {
            try transaction.forEachRow(in: table, openedBy: sealer) { row in
                let digest = try row.digest.get()
                if table.isLocal { found.node.count(digest) } else { found.vault.count(digest) }
                apply(try row.opened.get(), &fold)
            }
        }
        for table in SealedTable.uncounted where table != .history {
            try transaction.forEachRow(in: table, openedBy: sealer) { row in
                if case .success(let opened) = row.opened { apply(opened, &fold) }
            }
        }
        guard found.vault == written.vault.digest, found.node == written.node.digest else {
            let (had, has) = (written.vault.digest.rows + written.node.digest.rows, found.vault.rows + found.node.rows)
            throw VaultError(
                .damaged, "the vault's rows are not those that it wrote: it had \(had) and has \(has)",
                hint: Vault.restoreHint)
        }
        _ = fold.show(in: &catalog)
    }

    private mutating func apply(_ row: OpenedRow, _ fold: inout CatalogFold) {
        switch row {
        case .unlockMethod(let method): unlockMethods.append(method)
        case .outbox(let entry): outbox.append(entry)
        case .nodeState: break  // Read first.
        case .auditHead: account.apply(.put(row))
        default: fold.apply(.put(row), over: catalog)
        }
    }
}
