package import Domain
import Synchronization

/// The push targets of a catalog.
extension Catalog {
    package func target(_ name: Name) -> TargetEntry? { state.withLock { $0.targets[name] } }

    /// All targets, by name.
    package var targets: [TargetEntry] {
        state.withLock { Array($0.targets.values) }.sorted { $0.target.name < $1.target.name }
    }

    /// The targets of an app, by name.
    package func targets(of app: App) -> [TargetEntry] { targets.filter { $0.target.appID == app.id } }

    /// The app of a target.
    package func app(of target: PushTarget) -> AppEntry? {
        app(target.app).flatMap { $0.app.id == target.appID ? $0 : nil }
    }

    /// The other targets of the same connection, by name.
    package func targetsBeside(_ target: PushTarget) -> [TargetEntry] {
        targets.filter { $0.target.id != target.id && $0.target.place == target.place }
    }

    /// Records what the log of this target shows.
    package func record(_ provisioning: Provisioning, of target: PushTarget) {
        state.withLock { state in
            guard let entry = state.targets[target.name], entry.target.id == target.id else { return }
            state.targets[target.name] = TargetEntry(
                target: entry.target, delivery: entry.delivery, provisioning: provisioning)
        }
    }
}
