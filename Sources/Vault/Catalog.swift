package import Domain
import Synchronization

/// A change that readers may want to react to.
package enum CatalogChange: Equatable, Sendable {
    /// The app with this name was added, changed or removed.
    case app(Name)
    /// Clients were added or removed, and with them permissions.
    case policies
}

/// The decrypted content of the vault in memory. Readers take entries without waiting; a change is visible after its
/// commit.
package final class Catalog: Sendable {
    struct State: Sendable {
        var apps: [Name: AppEntry] = [:]
        /// By the app's ID, to which rows refer.
        var names: [String: Name] = [:]
        var clients: [Name: Client] = [:]
        var targets: [Name: TargetEntry] = [:]
        var targetNames: [String: Name] = [:]
        var policies = ClientPolicies([])
        var reassignedUIDs: [String: String] = [:]
    }

    let state: Mutex<State>
    private let observers = Mutex<[@Sendable (CatalogChange) -> Void]>([])
    private let movers = Mutex<[@Sendable (RotationMove) -> Void]>([])

    init(_ state: State) { self.state = Mutex(state) }

    /// Calls `observer` for every change from now on, after it is visible, in the order of commits. It is called on the
    /// thread that commits, and must not block.
    package func observe(_ observer: @escaping @Sendable (CatalogChange) -> Void) {
        observers.withLock { $0.append(observer) }
    }

    /// Like ``observe(_:)``, for changes of rotations.
    package func observeRotations(_ observer: @escaping @Sendable (RotationMove) -> Void) {
        movers.withLock { $0.append(observer) }
    }

    private func notify(_ change: CatalogChange) {
        for observer in observers.withLock({ $0 }) { observer(change) }
    }

    package func app(_ name: Name) -> AppEntry? { state.withLock { $0.apps[name] } }

    /// All apps, unordered.
    package var entries: [AppEntry] { state.withLock { Array($0.apps.values) } }

    /// All apps, by name.
    package var apps: [AppEntry] { entries.sorted { $0.app.name < $1.app.name } }

    /// Throws if another app is the same one at Zoom, as the commit would: before Zoom is asked.
    package func checkIdentity(of app: App) throws(VaultError) {
        let same = state.withLock { $0.apps.values.first { $0.app.isSame(atZoom: app) && $0.app.id != app.id } }
        if let same { throw .isStored(as: same.name) }
    }

    package func client(_ name: Name) -> Client? { state.withLock { $0.clients[name] } }

    /// All clients, by name.
    package var clients: [Client] { state.withLock { Array($0.clients.values) }.sorted { $0.name < $1.name } }

    /// The clients known to hold another secret than the current one, on any node, by name. Removed clients do not count.
    package func holders(of entry: AppEntry) -> [Name] {
        let behind = entry.receipts.values.filter { !entry.isCurrent($0) }
        return Set(behind.map(\.holder.client)).filter { client($0) != nil }.sorted()
    }

    package var policies: ClientPolicies { state.withLock { $0.policies } }

    /// The policies and the app, from the same moment.
    func policies(beside app: Name) -> (policies: ClientPolicies, entry: AppEntry?) {
        state.withLock { ($0.policies, $0.apps[app]) }
    }

    /// Whether some client has this uid.
    package func hasPolicy(for uid: UInt32) -> Bool { state.withLock { $0.policies.hasPolicy(for: uid) } }

    /// The facts that are needed about a caller with this uid before a decision.
    package func needs(of uid: UInt32) -> IdentityNeeds { state.withLock { $0.policies.needs(of: uid) } }

    /// Makes a commit's changes visible, all at once, and notifies the observers.
    func show(_ changes: [RowChange], at now: Moment, newest: Timestamp?, _ sealer: Sealer) {
        let (told, moves) = state.withLock { state in
            var fold = CatalogFold(at: now, newest: newest, sealer)
            for change in changes { fold.apply(change, over: state) }
            return (fold.show(in: &state), fold.moves)
        }
        for change in told { notify(change) }
        guard !moves.isEmpty else { return }
        let movers = movers.withLock { $0 }
        for move in moves { for mover in movers { mover(move) } }
    }

    /// Makes visible what the disk could not store for this app, if the app still exists.
    func showUnsaved(_ app: App, _ change: (AppEntry) -> AppEntry) {
        let isThere = state.withLock { state in
            guard let entry = state.apps[app.name], entry.app.id == app.id else { return false }
            state.apps[app.name] = change(entry)
            return true
        }
        if isThere { notify(.app(app.name)) }
    }

    /// Records, by client ID, the current owner of each uid that no longer belongs to the client's user. Specific to this
    /// host, and not saved in the vault.
    package func record(reassignedUIDs: [String: String]) {
        let isNew = state.withLock { state in
            guard state.reassignedUIDs != reassignedUIDs else { return false }
            state.reassignedUIDs = reassignedUIDs
            state.policies = ClientPolicies(Array(state.clients.values), reassignedUIDs: reassignedUIDs)
            return true
        }
        if isNew { notify(.policies) }
    }

    /// By client ID, the current owner of each uid that no longer belongs to the client's user.
    package var reassignedUIDs: [String: String] { state.withLock { $0.reassignedUIDs } }
}
