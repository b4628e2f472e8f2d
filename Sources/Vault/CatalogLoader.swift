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
    private(set) var auditTrouble: AuditTrouble?
    private(set) var newestTime: Timestamp?
    private(set) var host: String?
    private(set) var outbox = VaultState.emptyOutbox
    private(set) var ways: [Way] = []
    private var apps: [App] = []
    private var current: [String: Credential] = [:]
    private var previous: [String: Credential] = [:]
    private var rotations: [String: Rotation] = [:]
    private var refused: [String: RefusedRotation] = [:]
    private var replaced: [String: ReplacedSecret] = [:]
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
        loader.auditTrouble = written.auditTrouble
        loader.newestTime = written.newestTime
        loader.host = written.host
        loader.outbox = written.outbox
        for table in SealedTable.counted {
            try transaction.forEachRow(in: table, openedBy: sealer) { row in
                found.count(try row.digest.get())
                loader.take(try row.opened.get())
            }
        }
        for table in SealedTable.uncounted {
            try transaction.forEachRow(in: table, openedBy: sealer) { row in
                if case .success(let opened) = row.opened { loader.take(opened) }
            }
        }
        guard found.rows == written.rows, found.digest == written.digest else {
            throw VaultError(
                .damaged,
                "the vault's rows are not the ones that it wrote: it had \(written.rows) and has \(found.rows)",
                hint: Vault.restoreHint)
        }
        return loader
    }

    mutating func take(_ row: OpenedRow?) {
        switch row {
        case .app(let app): apps.append(app)
        case .generation(let record):
            switch record.credential.state {
            case .current: current[record.appID] = record.credential
            case .previous: previous[record.appID] = record.credential
            }
        case .rotation(let rotation): take(rotation)
        case .receipt(let record): receipts[record.appID, default: [:]][record.receipt.client] = record.receipt
        case .way(let way): ways.append(way)
        case .client(let client): clients.append(client)
        case .pushTarget(let target): targets.append(target)
        case .delivery(let record): deliveries[record.targetID] = record.delivery
        case .token(let record): tokens[record.appID] = record.token
        case .refusals(let record): refusals[record.appID] = record.refusals
        case .upkeep(let record): upkeep[record.appID] = record.upkeep
        case nil: break
        }
    }

    private mutating func take(_ rotation: Rotation) {
        if !rotation.phase.isFinal { rotations[rotation.appID] = rotation }
        if let found = RefusedRotation(rotation), refused[rotation.appID].map({ $0.at <= found.at }) ?? true {
            refused[rotation.appID] = found
        }
        if let over = ReplacedSecret(rotation), (replaced[rotation.appID]?.generation ?? .first) <= over.generation {
            replaced[rotation.appID] = over
        }
    }

    var appsWithSecrets: [Inspection.App] {
        apps.compactMap { app in
            current[app.id].map {
                Inspection.App(
                    name: app.name, generation: $0.generation, createdAt: $0.createdAt, floor: app.floor,
                    rotation: rotations[app.id])
            }
        }.sorted { $0.name < $1.name }
    }

    var appsWithoutSecret: [Name] { apps.filter { current[$0.id] == nil }.map(\.name).sorted() }

    /// - Parameter newest: the latest time that vault and audit log know of.
    func publish(in catalog: Catalog, at now: Moment, newest: Timestamp?) {
        let entries = apps.compactMap { app -> AppEntry? in
            guard let credential = current[app.id] else { return nil }
            var content = AppEntry.Content(app: app, credential: credential)
            content.previous = previous[app.id]
            content.rotation = rotations[app.id]
            content.replaced = replaced[app.id]
            content.token = tokens[app.id].flatMap { SeenToken(found: $0, at: now, newest: newest) }
            content.refusals = refusals[app.id]
            content.receipts = receipts[app.id] ?? [:]
            content.upkeep = upkeep[app.id] ?? Upkeep()
            content.refusedRotation = refused[app.id]
            return AppEntry(content)
        }
        catalog.load(
            entries, clients,
            targets.map { TargetEntry(target: $0, delivery: deliveries[$0.id] ?? Delivery()) })
    }
}
