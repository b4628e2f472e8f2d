import Domain

/// Collects row changes, of one commit or the whole vault, and applies them to the catalog together. It is the only way
/// to change the catalog; rows may come in any order.
struct CatalogFold {
    private var apps: [String: AppRows] = [:]
    /// The IDs of ``apps`` in order of arrival.
    private var touched: [String] = []
    private var targets: [String: TargetRows] = [:]
    /// By ID; `nil` for a removed client.
    private var clients: [String: Client?] = [:]
    private(set) var moves: [RotationMove] = []
    private let now: Moment
    private let newest: Timestamp?
    private let sealer: Sealer

    /// - Parameters:
    ///   - newest: the latest time in the vault and the audit log, for judging the age of tokens.
    ///   - sealer: for the fingerprints of secrets.
    init(at now: Moment, newest: Timestamp?, _ sealer: Sealer) {
        (self.now, self.newest, self.sealer) = (now, newest, sealer)
    }

    /// - Parameter state: what is visible so far.
    mutating func apply(_ change: RowChange, over state: Catalog.State) {
        switch change {
        case .put(let row): put(row, state)
        case .removed(let table, let cells): remove(table, cells, state)
        }
    }

    private mutating func put(_ row: OpenedRow, _ state: Catalog.State) {
        switch row {
        case .app(let app): rows(app.id, state).app = app
        case .generation(let record): rows(record.appID, state).apply(record, sealer)
        case .rotation(let rotation):
            let rows = rows(rotation.appID, state)
            // An app that is not visible yet has no observers of its rotations.
            if state.names[rotation.appID] != nil, let app = rows.app,
                let move = RotationMove(of: app, from: rows.facts.rotation, to: rotation)
            {
                moves.append(move)
            }
            rows.apply(rotation)
        case .candidate(let candidate): rows(candidate.appID, state).facts.candidates[candidate.id] = candidate
        case .receipt(let record): rows(record.appID, state).facts.receipts[record.receipt.holder] = record.receipt
        case .token(let record):
            rows(record.appID, state).facts.token =
                record.seen ?? SeenToken(found: record.token, at: now, newest: newest)
        case .refusals(let record): rows(record.appID, state).facts.refusals = record.refusals
        case .schedulerState(let record): rows(record.appID, state).facts.schedulerState = record.schedulerState
        case .client(let client): clients[client.id] = client
        case .pushTarget(let target): rows(ofTarget: target.id, state).apply(target)
        case .delivery(let record): rows(ofTarget: record.targetID, state).delivery = record.delivery
        // Not part of the catalog.
        case .unlockMethod, .keySlot, .keyring, .state, .nodeState, .auditHead, .outbox, .history: break
        }
    }

    private mutating func remove(_ table: SealedTable, _ cells: [Cell], _ state: Catalog.State) {
        guard case .text(let id)? = cells.first else { return }
        var app = id
        if let column = table.columns.firstIndex(of: "app"), column > 0, case .text(let text) = cells[column] {
            app = text
        }
        switch table {
        case .app: rows(id, state).app = nil
        case .generation:
            if case .integer(let number) = cells[2] { rows(app, state).removeGeneration(number) }
        case .rotation:
            let rows = rows(app, state)
            if rows.facts.rotation?.id == id { rows.facts.rotation = nil }
        case .candidate: rows(app, state).facts.candidates[id] = nil
        case .receipt: break  // It goes with its app.
        case .token: rows(app, state).facts.token = nil
        case .refusals: rows(app, state).facts.refusals = nil
        case .schedulerState: rows(app, state).facts.schedulerState = SchedulerState()
        case .client: clients[id] = .some(nil)
        case .pushTarget: rows(ofTarget: id, state).target = nil
        case .delivery: rows(ofTarget: id, state).delivery = Delivery()
        default: break
        }
    }

    private mutating func rows(_ app: String, _ state: Catalog.State) -> AppRows {
        if let rows = apps[app] { return rows }
        let rows = AppRows(state.names[app].flatMap { state.apps[$0] })
        apps[app] = rows
        touched.append(app)
        return rows
    }

    private mutating func rows(ofTarget id: String, _ state: Catalog.State) -> TargetRows {
        if let rows = targets[id] { return rows }
        let rows = TargetRows(state.targetNames[id].flatMap { state.targets[$0] })
        targets[id] = rows
        return rows
    }

    /// Apps without a row of a current secret. They are not made visible.
    var appsWithoutSecret: [Name] { apps.values.compactMap { $0.current == nil ? $0.app?.name : nil }.sorted() }

    /// Makes everything visible, and empties this value.
    /// - Returns: the changes, in order of arrival.
    mutating func show(in state: inout Catalog.State) -> [CatalogChange] {
        var told: [CatalogChange] = []
        state.apps.reserveCapacity(state.apps.count + touched.count)
        let shown = touched.map { (id: $0, name: state.names[$0], entry: apps.removeValue(forKey: $0)?.entry) }
        // Frees names first: a name may have moved from one app to another.
        for case (let id, let name?, let entry) in shown where name != entry?.name {
            (state.names[id], state.apps[name]) = (nil, nil)
            told.append(.app(name))
        }
        for case (let id, _, let entry?) in shown {
            (state.names[id], state.apps[entry.name]) = (entry.name, entry)
            told.append(.app(entry.name))
        }
        for id in targets.keys {
            if let name = state.targetNames.removeValue(forKey: id) { state.targets[name] = nil }
        }
        for (id, rows) in targets {
            guard let entry = rows.entry else { continue }
            state.targetNames[id] = entry.target.name
            state.targets[entry.target.name] = entry
        }
        guard !clients.isEmpty else { return told }
        state.clients = state.clients.filter { clients[$0.value.id] == nil }
        for case let client? in clients.values { state.clients[client.name] = client }
        state.policies = ClientPolicies(Array(state.clients.values), reassignedUIDs: state.reassignedUIDs)
        return told + [.policies]
    }
}

/// The rows of one app that have arrived so far.
final class AppRows {
    var app: App?
    private(set) var current: Credential?
    var facts: AppEntry.Facts

    init(_ entry: AppEntry? = nil) {
        app = entry?.app
        current = entry?.credential
        facts = entry?.facts ?? AppEntry.Facts()
    }

    func apply(_ record: GenerationRecord, _ sealer: Sealer) {
        // A secret has one row, in one of the two places.
        removeGeneration(record.credential.generation.number)
        switch record.credential.state {
        case .current:
            current = record.credential
            facts.fingerprint = try? sealer.fingerprint(of: record.credential.clientSecret)
        case .previous: facts.previous = record.credential
        }
    }

    func removeGeneration(_ number: Int) {
        if current?.generation.number == number { current = nil }
        if facts.previous?.generation.number == number { facts.previous = nil }
    }

    func apply(_ rotation: Rotation) {
        if !rotation.phase.isFinal {
            facts.rotation = rotation
        } else if facts.rotation?.id == rotation.id {
            facts.rotation = nil
        }
        if let found = RefusedRotation(rotation), facts.refusedRotation.map({ $0.at <= found.at }) ?? true {
            facts.refusedRotation = found
        }
        if let over = ReplacedSecret(rotation), (facts.replaced?.generation ?? .first) <= over.generation {
            facts.replaced = over
        }
    }

    /// `nil` for an app that is absent, or has no current secret.
    var entry: AppEntry? {
        guard let app, let current else { return nil }
        return AppEntry(app: app, credential: current, facts)
    }
}

/// The rows of one push target that have arrived so far.
private final class TargetRows {
    var target: PushTarget?
    var delivery: Delivery
    private var provisioning: Provisioning?

    init(_ entry: TargetEntry?) {
        target = entry?.target
        delivery = entry?.delivery ?? Delivery()
        provisioning = entry?.provisioning
    }

    func apply(_ target: PushTarget) {
        if self.target?.provisionerLog != target.provisionerLog { provisioning = nil }
        self.target = target
    }

    var entry: TargetEntry? {
        target.map { TargetEntry(target: $0, delivery: delivery, provisioning: provisioning) }
    }
}
