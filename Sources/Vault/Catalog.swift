package import Names
import Synchronization

/// What readers may want to look at again.
package enum CatalogChange: Equatable, Sendable {
    /// The app of this name is new, another than it was, or gone.
    case app(Name)
    /// Clients came or went, and with them who may ask for what.
    case rules
}

/// What the vault holds, opened and in memory. Readers take an entry and go; a change shows after its commit.
package final class Catalog: Sendable {
    struct State {
        var apps: [Name: AppEntry] = [:]
        var clients: [Name: Client] = [:]
        var targets: [Name: TargetEntry] = [:]
        var rules = ClientRules([])
        var strangers: [String: String] = [:]
    }

    let state = Mutex(State())
    private let observers = Mutex<[@Sendable (CatalogChange) -> Void]>([])
    private let movers = Mutex<[@Sendable (RotationMove) -> Void]>([])

    /// Has `observer` told of every change from now on, after it shows, and in the order of the commits. It is called on
    /// the thread that commits, and must not block.
    package func observe(_ observer: @escaping @Sendable (CatalogChange) -> Void) {
        observers.withLock { $0.append(observer) }
    }

    /// As ``observe(_:)``, of what rotations do.
    package func observeRotations(_ observer: @escaping @Sendable (RotationMove) -> Void) {
        movers.withLock { $0.append(observer) }
    }

    private func tell(_ change: CatalogChange) {
        for observer in observers.withLock({ $0 }) { observer(change) }
    }

    package func app(_ name: Name) -> AppEntry? { state.withLock { $0.apps[name] } }

    /// All apps, in no order.
    package var entries: [AppEntry] { state.withLock { Array($0.apps.values) } }

    /// All apps, by name.
    package var apps: [AppEntry] { entries.sorted { $0.app.name < $1.app.name } }

    package func client(_ name: Name) -> Client? { state.withLock { $0.clients[name] } }

    /// All clients, by name.
    package var clients: [Client] { state.withLock { Array($0.clients.values) }.sorted { $0.name < $1.name } }

    /// The clients that are known to hold a generation before the current one, by name. Who was removed holds nothing.
    package func holders(of entry: AppEntry) -> [Name] {
        entry.receipts.values.filter { $0.generation < entry.credential.generation }.map(\.client)
            .filter { client($0) != nil }.sorted()
    }

    package var rules: ClientRules { state.withLock { $0.rules } }

    /// The rules and the app, of one and the same moment.
    package func rules(beside app: Name) -> (rules: ClientRules, entry: AppEntry?) {
        state.withLock { ($0.rules, $0.apps[app]) }
    }

    /// Whether some client has this uid.
    package func hasRule(for uid: UInt32) -> Bool { state.withLock { $0.rules.hasRule(for: uid) } }

    /// What is to be known of a caller with this uid before anything is decided.
    package func needs(of uid: UInt32) -> IdentityNeeds { state.withLock { $0.rules.needs(of: uid) } }

    /// Shows what was read at the start, before anybody observes.
    func load(_ entries: [AppEntry], _ clients: [Client], _ targets: [TargetEntry]) {
        state.withLock { state in
            state.apps.reserveCapacity(entries.count)
            for entry in entries { state.apps[entry.app.name] = entry }
            for client in clients { state.clients[client.name] = client }
            for entry in targets { state.targets[entry.target.name] = entry }
            state.rules = ClientRules(clients)
        }
    }

    func publish(_ entry: AppEntry) {
        state.withLock { $0.apps[entry.app.name] = entry }
        tell(.app(entry.app.name))
    }

    func withdraw(app: App) {
        state.withLock { state in
            state.apps[app.name] = nil
            state.targets = state.targets.filter { $0.value.target.appID != app.id }
        }
        tell(.app(app.name))
    }

    /// Changes the entry of this very app, if it is still there.
    func update(_ app: App, _ change: (inout AppEntry) -> Void) {
        let isThere = state.withLock { state in
            guard var entry = state.apps[app.name], entry.app.id == app.id else { return false }
            change(&entry)
            state.apps[app.name] = entry
            return true
        }
        if isThere { tell(.app(app.name)) }
    }

    /// Shows a rotation's new facts, and tells of them if they are news.
    func update(_ app: App, by rotation: Rotation, _ change: (inout AppEntry) -> Void = { _ in }) {
        var move: RotationMove?
        update(app) { entry in
            move = RotationMove(of: entry.app, from: entry.rotation, to: rotation)
            entry.rotation = rotation.phase.isFinal ? nil : rotation
            if let refused = RefusedRotation(rotation) { entry.note(refused) }
            if let replaced = ReplacedSecret(rotation) { entry.replaced = replaced }
            change(&entry)
        }
        guard let move else { return }
        for observer in movers.withLock({ $0 }) { observer(move) }
    }

    func publish(_ client: Client) {
        changeClients { $0[client.name] = client }
    }

    func withdraw(client: Client) {
        changeClients { $0[client.name] = nil }
    }

    private func changeClients(_ change: (inout [Name: Client]) -> Void) {
        state.withLock { state in
            change(&state.clients)
            state.rules = ClientRules(Array(state.clients.values), strangers: state.strangers)
        }
        tell(.rules)
    }

    /// Notes for each client, by its id, whose uid is not its user's any more, whose it is. Known of this machine, and
    /// not kept in the vault.
    package func note(strangers: [String: String]) {
        let isNew = state.withLock { state in
            guard state.strangers != strangers else { return false }
            state.strangers = strangers
            state.rules = ClientRules(Array(state.clients.values), strangers: strangers)
            return true
        }
        if isNew { tell(.rules) }
    }

    /// For each client, by its id, whose uid is not its user's any more: whose it is.
    package var strangers: [String: String] { state.withLock { $0.strangers } }
}
