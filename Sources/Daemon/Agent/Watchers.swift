import Domain
import Glibc
import SocketAPI
import SocketServer
import Synchronization
import Vault

/// Receives vault changes on its connection's event loop.
protocol VaultWatch: Watch {
    /// The app that it watches; `nil` for all of them.
    var app: Name? { get }
    /// The user whose place it takes.
    var uid: UInt32 { get }
    func receive(_ changes: Watchers.Changes)
}

/// All requests that wait for a change of one unlocked vault, by event loop.
///
/// However many there are, a change costs the committing thread one wake-up per event loop, and each loop notifies its
/// own. Changes before a loop has woken up are delivered together.
final class Watchers: Sendable {
    struct Changes {
        var apps: Set<Name> = []
        var policies = false

        var isEmpty: Bool { apps.isEmpty && !policies }

        mutating func add(_ change: CatalogChange) {
            switch change {
            case .app(let name): apps.insert(name)
            case .policies: policies = true
            }
        }
    }

    private struct State {
        var places: [ObjectIdentifier: Place] = [:]
        var taken: WaitingPlaces
        var isClosed = false
    }

    private struct Place {
        let crowd: LoopBound<WatchersOfLoop>
        /// The changes that the event loop has not handled yet.
        var changes = Changes()
    }

    private let state: Mutex<State>

    /// - Parameter limit: the most waiting requests.
    init(_ catalog: Catalog, limit: Int) {
        state = Mutex(State(taken: WaitingPlaces(limit: limit)))
        catalog.observe { [weak self] change in self?.handle(change) }
    }

    /// Adds a watch. The caller must read the catalog after this call: later changes are delivered.
    /// - Returns: why it was refused.
    func add(_ watch: any VaultWatch, at eventLoop: EventLoop) -> RenderedResponse? {
        let entry = state.withLock { state -> Entry in
            guard !state.isClosed else { return .locked }
            let uid = watch.uid
            if let refusal = state.taken.claim(uid, isOwner: uid == 0 || uid == geteuid()) { return .refused(refusal) }
            let id = ObjectIdentifier(eventLoop)
            if let place = state.places[id] { return .granted(place.crowd) }
            let crowd = LoopBound(WatchersOfLoop(), on: eventLoop)
            state.places[id] = Place(crowd: crowd)
            return .granted(crowd)
        }
        switch entry {
        case .locked: return .refusing(Refusal.locked)
        case .refused(.full): return Refusal.tooManyWaiting
        case .refused(.user(let uid)): return Refusal.tooManyWaiting(of: uid)
        case .granted(let crowd):
            crowd.value.add(watch)
            return nil
        }
    }

    private enum Entry { case granted(LoopBound<WatchersOfLoop>), locked, refused(WaitingPlaces.Refusal) }

    func remove(_ watch: any VaultWatch, at eventLoop: EventLoop) {
        let crowd = state.withLock { $0.places[ObjectIdentifier(eventLoop)]?.crowd }
        guard let crowd, crowd.value.remove(watch) else { return }
        state.withLock { $0.taken.release(watch.uid) }
    }

    /// The vault is locked: ends all waiting requests.
    func close() {
        let crowds = state.withLock { state in
            state.isClosed = true
            return state.places.values.map(\.crowd)
        }
        for crowd in crowds { crowd.execute { $0.all.forEach { $0.end(.refusing(Refusal.locked)) } } }
    }

    private func handle(_ change: CatalogChange) {
        let asleep = state.withLock { state -> [(ObjectIdentifier, LoopBound<WatchersOfLoop>)] in
            guard state.taken.total > 0 else { return [] }
            return state.places.keys.compactMap { id in
                guard var place = state.places[id] else { return nil }
                let isAsleep = place.changes.isEmpty
                place.changes.add(change)
                state.places[id] = place
                return isAsleep ? (id, place.crowd) : nil
            }
        }
        for (id, crowd) in asleep { crowd.execute { [self] in $0.receive(changes(of: id)) } }
    }

    private func changes(of id: ObjectIdentifier) -> Changes {
        state.withLock { state in
            defer { state.places[id]?.changes = Changes() }
            return state.places[id]?.changes ?? Changes()
        }
    }
}

/// The watches of one event loop. Used on that loop only.
private final class WatchersOfLoop {
    private var ofApp: [Name: [ObjectIdentifier: any VaultWatch]] = [:]
    private var ofAll: [ObjectIdentifier: any VaultWatch] = [:]

    /// A copy, because a notified watch may remove itself.
    var all: [any VaultWatch] { ofApp.values.flatMap(\.values) + ofAll.values }

    func add(_ watch: any VaultWatch) {
        if let app = watch.app {
            ofApp[app, default: [:]][ObjectIdentifier(watch)] = watch
        } else {
            ofAll[ObjectIdentifier(watch)] = watch
        }
    }

    /// `false` when it was not there.
    func remove(_ watch: any VaultWatch) -> Bool {
        guard let app = watch.app else { return ofAll.removeValue(forKey: ObjectIdentifier(watch)) != nil }
        let wasThere = ofApp[app]?.removeValue(forKey: ObjectIdentifier(watch)) != nil
        if ofApp[app]?.isEmpty == true { ofApp[app] = nil }
        return wasThere
    }

    func receive(_ changes: Watchers.Changes) {
        let concerned =
            changes.policies ? all : changes.apps.flatMap { ofApp[$0].map { Array($0.values) } ?? [] } + ofAll.values
        for watch in concerned { watch.receive(changes) }
    }
}
