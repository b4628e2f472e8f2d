import Audit
import Envelope
import Names
import Times

/// Every row of a vault, opened: what a catalog is made of.
///
/// A row of an app, a secret or a client that does not open, or one row too many or too few, refuses the whole: what
/// is left could be an older truth. A token or a note of refusals that does not open is only left out, since Zoom
/// gives a new one for the asking.
struct CatalogLoader {
    private(set) var auditHead = AuditHead.start
    private(set) var commits = 0
    private(set) var host: String?
    private(set) var outbox = VaultState.emptyOutbox
    private(set) var ways: [Way] = []
    private var apps: [App] = []
    private var current: [String: Credential] = [:]
    private var previous: [String: Credential] = [:]
    private var rotations: [String: Rotation] = [:]
    private var receipts: [String: [Name: Receipt]] = [:]
    private var tokens: [String: Token] = [:]
    private var refusals: [String: Refusals] = [:]
    private var upkeep: [String: Upkeep] = [:]
    private var clients: [Client] = []
    private var targets: [PushTarget] = []
    private var deliveries: [String: Delivery] = [:]

    static func load(_ transaction: any StoreTransaction, sealer: Sealer) throws -> CatalogLoader {
        guard let stateRow = try transaction.row(in: .state, id: VaultState.id) else {
            throw VaultError(.damaged, "the vault's state row is missing", hint: Vault.restoreHint)
        }
        let written: VaultState = try sealer.open(stateRow)
        var found = VaultState()
        var loader = CatalogLoader()
        loader.auditHead = written.auditHead
        loader.commits = written.commits
        loader.host = written.host
        loader.outbox = written.outbox
        for table in SealedTable.counted {
            try transaction.forEachRow(in: table) { row in
                found.count(try sealer.digest(of: row))
                try loader.take(row, sealer)
            }
        }
        for table in SealedTable.uncounted {
            try transaction.forEachRow(in: table) { try? loader.take($0, sealer) }
        }
        guard found.rows == written.rows, found.digest == written.digest else {
            throw VaultError(
                .damaged,
                "the vault's rows are not the ones that it wrote: it had \(written.rows) and has \(found.rows)",
                hint: Vault.restoreHint)
        }
        return loader
    }

    mutating func take(_ row: SealedRow, _ sealer: Sealer) throws(VaultError) {
        switch row.table {
        case .app: apps.append(try sealer.open(row, as: AppRecord.self).app)
        case .generation:
            let record = try sealer.open(row, as: GenerationRecord.self)
            switch record.credential.state {
            case .current: current[record.appID] = record.credential
            case .previous: previous[record.appID] = record.credential
            }
        case .rotation:
            let rotation = try sealer.open(row, as: RotationRecord.self).rotation
            if !rotation.phase.isFinal { rotations[rotation.appID] = rotation }
        case .receipt:
            let record = try sealer.open(row, as: ReceiptRecord.self)
            receipts[record.appID, default: [:]][record.receipt.client] = record.receipt
        case .way: ways.append(try sealer.open(row, as: WayRecord.self).way)
        case .client: clients.append(try sealer.open(row, as: ClientRecord.self).client)
        case .pushTarget: targets.append(try sealer.open(row, as: PushTargetRecord.self).target)
        case .delivery:
            let record = try sealer.open(row, as: DeliveryRecord.self)
            deliveries[record.targetID] = record.delivery
        case .token:
            let record = try sealer.open(row, as: TokenRecord.self)
            tokens[record.appID] = record.token
        case .refusals:
            let record = try sealer.open(row, as: RefusalsRecord.self)
            refusals[record.appID] = record.refusals
        case .upkeep:
            let record = try sealer.open(row, as: UpkeepRecord.self)
            upkeep[record.appID] = record.upkeep
        default: break
        }
    }

    var appsWithSecrets: [Inspection.App] {
        apps.compactMap { app in current[app.id].map { Inspection.App(name: app.name, generation: $0.generation) } }
            .sorted { $0.name < $1.name }
    }

    var appsWithoutSecret: [Name] { apps.filter { current[$0.id] == nil }.map(\.name).sorted() }

    func publish(in catalog: Catalog, at now: Moment) {
        let entries = apps.compactMap { app -> AppEntry? in
            guard let credential = current[app.id] else { return nil }
            var entry = AppEntry(app: app, credential: credential)
            entry.previous = previous[app.id]
            entry.rotation = rotations[app.id]
            entry.token = tokens[app.id].map { SeenToken(token: $0, seen: now, minted: false) }
            entry.refusals = refusals[app.id]
            entry.receipts = receipts[app.id] ?? [:]
            entry.upkeep = upkeep[app.id] ?? Upkeep()
            return entry
        }
        catalog.load(
            entries, clients,
            targets.map { TargetEntry(target: $0, delivery: deliveries[$0.id] ?? Delivery()) })
    }
}
