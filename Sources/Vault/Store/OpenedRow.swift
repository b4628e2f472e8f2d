import Dispatch
import Envelope
import Synchronization

/// A row of any table with records of apps, clients or ways in, opened.
enum OpenedRow: Sendable {
    case app(App)
    case generation(GenerationRecord)
    case rotation(Rotation)
    case receipt(ReceiptRecord)
    case way(Way)
    case client(Client)
    case pushTarget(PushTarget)
    case delivery(DeliveryRecord)
    case token(TokenRecord)
    case refusals(RefusalsRecord)
    case upkeep(UpkeepRecord)

    /// `nil` for a table that a catalog is not made of.
    init?(_ row: SealedRow, _ sealer: Sealer) throws(VaultError) {
        switch row.table {
        case .app: self = .app(try sealer.open(row, as: AppRecord.self).app)
        case .generation: self = .generation(try sealer.open(row))
        case .rotation: self = .rotation(try sealer.open(row, as: RotationRecord.self).rotation)
        case .receipt: self = .receipt(try sealer.open(row))
        case .way: self = .way(try sealer.open(row, as: WayRecord.self).way)
        case .client: self = .client(try sealer.open(row, as: ClientRecord.self).client)
        case .pushTarget: self = .pushTarget(try sealer.open(row, as: PushTargetRecord.self).target)
        case .delivery: self = .delivery(try sealer.open(row))
        case .token: self = .token(try sealer.open(row))
        case .refusals: self = .refusals(try sealer.open(row))
        case .upkeep: self = .upkeep(try sealer.open(row))
        default: return nil
        }
    }
}

/// A row that was read, opened or not.
struct ReadRow: Sendable {
    /// What the vault counts the row by.
    let digest: Result<SetDigest, VaultError>
    let opened: Result<OpenedRow?, VaultError>

    init(_ row: SealedRow, _ sealer: Sealer) {
        digest = Result { () throws(VaultError) in try sealer.digest(of: row) }
        opened = Result { () throws(VaultError) in try OpenedRow(row, sealer) }
    }
}

extension StoreTransaction {
    /// Reads a table and hands its rows out in their order, opened by all cores at once: a large vault takes its time for
    /// nothing else.
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
    /// The elements' images in their order, made by all cores at once.
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
