package import Audit
package import Domain
import Envelope

/// The result of reading every row of a vault. Continues after errors that would prevent opening the vault, so that all
/// problems are reported at once.
package struct Inspection: Sendable {
    package struct App: Sendable {
        package let name: Name
        package let generation: Generation
        /// When that secret was stored in the vault.
        package let createdAt: Timestamp
        package let floor: GenerationFloor?
        /// The running rotation.
        package let rotation: Rotation?

        init(_ entry: AppEntry) {
            (name, generation) = (entry.name, entry.generation)
            createdAt = entry.credential.createdAt
            (floor, rotation) = (entry.app.floor, entry.rotation)
        }
    }

    package private(set) var findings: [Finding] = []
    /// The number of rows by table.
    package private(set) var rows: [String: Int] = [:]
    /// The vault's newest commit; `nil` when its row cannot be opened.
    package private(set) var newest: HistoryPoint?
    package var commits: Int? { newest?.commit }
    /// The kept points of its history: the head by the commit's number.
    private(set) var history: [Int: String] = [:]
    /// The numbers that its history skipped: a vault that was put back continues above the numbers in its audit log.
    private(set) var skipped: [Range<Int>] = []
    /// The last line of the audit log that the vault knows of.
    package private(set) var auditHead = AuditHead.start
    /// The apps with a current secret, by name.
    package private(set) var apps: [App] = []

    /// The generations of removed apps.
    package private(set) var spent = SpentNumbers()

    static let place = "vault.db"

    init(_ transaction: any StoreTransaction, sealer: Sealer) {
        let written = state(transaction, sealer)
        var node: NodeState?
        var found = (vault: CountedDigest(), node: CountedDigest())
        var (fold, shown, unlockMethods) = (
            CatalogFold(at: SystemTime().now, newest: nil, sealer), Catalog.State(), [UnlockMethod]()
        )
        var head = AuditHead.start
        for table in SealedTable.counted + SealedTable.uncounted where table != .history {
            // Uncounted rows are left out when they cannot be opened: Zoom and the clients provide them again.
            let severity: Finding.Severity = table.isCounted ? .fatal : .error
            forEachRow(of: table, in: transaction, severity) { row throws(VaultError) in
                if table.isCounted {
                    let digest = try sealer.digest(of: row)
                    if table.isLocal { found.node.count(digest) } else { found.vault.count(digest) }
                }
                let opened = try OpenedRow(row, sealer)
                switch opened {
                case .unlockMethod(let method): unlockMethods.append(method)
                case .auditHead(let found): head = found
                case .nodeState(let found): node = found
                default: fold.apply(.put(opened), over: shown)
                }
            }
        }
        if let written { compare(found.vault, with: written.digest) }
        if let node { compare(found.node, with: node.digest) }
        if rows["node_state"] == 0 { add(.fatal, "the vault's node_state row is missing") }
        inspectHistory(transaction, sealer)
        auditHead = head
        inspectSlots(transaction, unlockMethods, sealer)
        for name in fold.appsWithoutSecret { add(.fatal, "app \(name) has no current secret") }
        _ = fold.show(in: &shown)
        apps = shown.apps.values.map { App($0) }.sorted { $0.name < $1.name }
    }

    private mutating func state(_ transaction: any StoreTransaction, _ sealer: Sealer) -> VaultState? {
        var state: VaultState?
        forEachRow(of: .state, in: transaction, .fatal) { row throws(VaultError) in
            guard row.id == VaultState.id else {
                throw VaultError(.damaged, "state row \(row.id) is not one of the vault's")
            }
            state = try VaultState(row, sealer)
        }
        if rows["state"] == 0 { add(.fatal, "the vault's state row is missing") }
        newest = state?.newest
        spent = state?.spent ?? SpentNumbers()
        return state
    }

    private mutating func compare(_ found: CountedDigest, with written: CountedDigest) {
        guard found != written else { return }
        add(
            .fatal,
            found.rows == written.rows
                ? "of its \(counted(found.rows, "row")) some are not those that it wrote last: changed, or replaced from a copy"
                : "it has \(counted(found.rows, "row")) and wrote \(written.rows): some were "
                    + (found.rows < written.rows ? "deleted" : "added"))
    }

    /// Each link must follow the one before it, and the last one must be the state row's.
    private mutating func inspectHistory(_ transaction: any StoreTransaction, _ sealer: Sealer) {
        var (last, links, gaps) = (HistoryPoint(commit: 0, head: ""), [Int: String](), [Range<Int>]())
        forEachRow(of: .history, in: transaction, .error) { [newest] row throws(VaultError) in
            let link = try sealer.open(row, as: HistoryRecord.self)
            let before = last
            last = link.point
            links[last.commit] = last.head
            if link.previous + 1 < last.commit { gaps.append(link.previous + 1..<last.commit) }
            if link.previous == before.commit {
                guard link.follows(before, sealer) else {
                    throw VaultError(
                        .damaged, "in its history, change \(last.commit) does not follow change \(before.commit)")
                }
            } else if let newest, link.previous > newest.commit - HistoryRetention.newest {
                throw VaultError(.damaged, "its history lacks change \(link.previous)")
            }
        }
        (history, skipped) = (links, gaps)
        rows["history"] = nil  // not part of what the vault has
        if let newest, last != newest {
            add(.error, "its history ends with change \(last.commit), and its last change was \(newest.commit)")
        }
    }

    /// A checksum detects damage of a slot; whether it opens, only its own secret can tell.
    private mutating func inspectSlots(
        _ transaction: any StoreTransaction, _ unlockMethods: [UnlockMethod], _ sealer: Sealer
    ) {
        var missing = Dictionary(unlockMethods.map { ($0.id, $0) }) { first, _ in first }
        var strangers: [String] = []
        forEachRow(of: .keySlot, in: transaction, .error) { row throws(VaultError) in
            // Damaged or not, it is there.
            let method = missing.removeValue(forKey: row.id)
            guard let slot = try? KeySlot(bytes: row.sealed), SealedRow(slot) == row else {
                throw VaultError(
                    .damaged, "key slot \(row.id) is damaged: its unlock key does not unlock the vault")
            }
            guard let method else { return strangers.append(row.id) }
            guard try sealer.digest(of: row) == method.slotDigest else {
                throw VaultError(
                    .damaged,
                    "key slot \(row.id) is not the one that the vault wrote last: its unlock key may not unlock the vault"
                )
            }
        }
        for id in strangers { add(.fatal, "key slot \(id) was removed, or the vault never made it") }
        for id in missing.keys.sorted() {
            add(.error, "key slot \(id) is missing: its unlock key does not unlock the vault")
        }
    }

    private mutating func forEachRow(
        of table: SealedTable, in transaction: any StoreTransaction, _ severity: Finding.Severity,
        _ body: (SealedRow) throws(VaultError) -> Void
    ) {
        var (count, broken) = (0, [String]())
        do {
            try transaction.forEachRow(in: table) { row in
                count += 1
                do throws(VaultError) { try body(row) } catch { broken.append(error.detail) }
            }
        } catch {
            broken.append("table \(table.name) cannot be read to its end: \(error)")
        }
        rows[table.name] = count
        for detail in broken { add(severity, detail) }
    }

    private mutating func add(_ severity: Finding.Severity, _ detail: String) {
        findings.append(Finding(severity, Self.place, detail, try: Vault.restoreHint))
    }
}
