import Audit
import Dispatch
import Envelope
import Synchronization

/// The content of a row of any table.
enum OpenedRow: Sendable {
    case app(App)
    case generation(GenerationRecord)
    case rotation(Rotation)
    case candidate(Candidate)
    case receipt(ReceiptRecord)
    case client(Client)
    case pushTarget(PushTarget)
    case delivery(DeliveryRecord)
    case token(TokenRecord)
    case refusals(RefusalsRecord)
    case schedulerState(SchedulerStateRecord)
    case unlockMethod(UnlockMethod)
    /// As stored: only its own secret opens it.
    case keySlot(SealedRow)
    case keyring(SealedRow)
    case state(VaultState)
    case nodeState(NodeState)
    case history(HistoryRecord)
    case auditHead(AuditHead)
    case outbox(AuditEntry)

    init(_ row: SealedRow, _ sealer: Sealer) throws(VaultError) {
        switch row.table {
        case .app: self = try sealer.open(row, as: App.self).opened
        case .generation: self = try sealer.open(row, as: GenerationRecord.self).opened
        case .rotation: self = try sealer.open(row, as: Rotation.self).opened
        case .candidate: self = try sealer.open(row, as: Candidate.self).opened
        case .receipt: self = try sealer.open(row, as: ReceiptRecord.self).opened
        case .client: self = try sealer.open(row, as: Client.self).opened
        case .pushTarget: self = try sealer.open(row, as: PushTarget.self).opened
        case .delivery: self = try sealer.open(row, as: DeliveryRecord.self).opened
        case .token: self = try sealer.open(row, as: TokenRecord.self).opened
        case .refusals: self = try sealer.open(row, as: RefusalsRecord.self).opened
        case .schedulerState: self = try sealer.open(row, as: SchedulerStateRecord.self).opened
        case .unlockMethod: self = try sealer.open(row, as: UnlockMethod.self).opened
        case .keySlot: self = .keySlot(row)
        case .keyring: self = .keyring(row)
        case .state: self = .state(try VaultState(row, sealer))
        case .nodeState: self = try sealer.open(row, as: NodeState.self).opened
        case .history: self = try sealer.open(row, as: HistoryRecord.self).opened
        case .auditHead: self = try sealer.open(row, as: AuditHeadRecord.self).opened
        case .outbox: self = try sealer.open(row, as: OutboxRecord.self).opened
        default: throw VaultError(.library, "there is no table \(row.table.name)")
        }
    }
}

/// A row that was read; opening it may have failed.
struct ReadRow: Sendable {
    /// The row's part of the vault's digest.
    let digest: Result<SetDigest, VaultError>
    let opened: Result<OpenedRow, VaultError>

    init(_ row: SealedRow, _ sealer: Sealer) {
        digest = Result { () throws(VaultError) in try sealer.digest(of: row) }
        opened = Result { () throws(VaultError) in try OpenedRow(row, sealer) }
    }
}

extension StoreTransaction {
    /// Reads a table and passes its rows on in order. All cores open rows at once, since opening takes most of the time
    /// for a large vault.
    func forEachRow(in table: SealedTable, openedBy sealer: Sealer, _ body: (ReadRow) throws -> Void) throws {
        var rows: [SealedRow] = []
        func hand() throws {
            for row in rows.mappedAtOnce({ ReadRow($0, sealer) }) { try body(row) }
            rows.removeAll(keepingCapacity: true)
        }
        try forEachRow(in: table) { row in
            rows.append(row)
            if rows.count == 4096 { try hand() }
        }
        try hand()
    }
}

extension Array where Element: Sendable {
    /// Maps the elements on all cores at once, preserving their order.
    fileprivate func mappedAtOnce<Image: Sendable>(_ transform: @Sendable (Element) -> Image) -> [Image] {
        let parts = Swift.min(16, (count + 63) / 64)
        guard parts > 1 else { return map(transform) }
        let images = Mutex([Int: [Image]]())
        DispatchQueue.concurrentPerform(iterations: parts) { part in
            let made = self[count * part / parts..<count * (part + 1) / parts].map(transform)
            images.withLock { $0[part] = made }
        }
        return images.withLock { images in (0..<parts).flatMap { images[$0] ?? [] } }
    }
}
