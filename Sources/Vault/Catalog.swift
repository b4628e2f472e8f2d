package import Domain
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
    struct State: Sendable {
        var apps: [Name: AppEntry] = [:]
        /// By the app's id, by which rows belong to it.
        var names: [String: Name] = [:]
        var clients: [Name: Client] = [:]
        var targets: [Name: TargetEntry] = [:]
        var targetNames: [String: Name] = [:]
        var rules = ClientRules([])
        var strangers: [String: String] = [:]
    }

    let state: Mutex<State>
    private let observers = Mutex<[@Sendable (CatalogChange) -> Void]>([])
    private let movers = Mutex<[@Sendable (RotationMove) -> Void]>([])

    init(_ state: State) { self.state = Mutex(state) }

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

    /// Shows what a commit changed, all of it at once, and tells of it.
    func show(_ changes: [RowChange], at now: Moment, newest: Timestamp?) {
        let (told, moves) = state.withLock { state in
            var fold = CatalogFold(at: now, newest: newest)
            for change in changes { fold.take(change, over: state) }
            return (fold.show(in: &state), fold.moves)
        }
        for change in told { tell(change) }
        guard !moves.isEmpty else { return }
        let movers = movers.withLock { $0 }
        for move in moves { for mover in movers { mover(move) } }
    }

    /// Shows what the disk could not take of this very app, if it is still there.
    func hold(_ app: App, _ change: (AppEntry) -> AppEntry) {
        let isThere = state.withLock { state in
            guard let entry = state.apps[app.name], entry.app.id == app.id else { return false }
            state.apps[app.name] = change(entry)
            return true
        }
        if isThere { tell(.app(app.name)) }
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
