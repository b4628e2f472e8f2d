package import Names
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

    /// The app that a target is for.
    package func app(of target: PushTarget) -> AppEntry? {
        app(target.app).flatMap { $0.app.id == target.appID ? $0 : nil }
    }

    /// Whether a rotation is under way that has still to be published, and reaches the target's connection by nothing else.
    func isWaitedFor(_ target: PushTarget) -> Bool {
        guard let app = app(of: target), let rotation = app.rotation, rotation.publishedAt == nil else { return false }
        return !targets(of: app.app).contains {
            $0.target.id != target.id && $0.target.adminURL == target.adminURL
                && $0.target.connection == target.connection
        }
    }

    /// What the log of this very target tells.
    package func note(_ provisioning: Provisioning, of target: PushTarget) {
        update(target) { $0.provisioning = provisioning }
    }

    func publish(_ entry: TargetEntry) { state.withLock { $0.targets[entry.target.name] = entry } }

    func withdraw(target: PushTarget) { state.withLock { $0.targets[target.name] = nil } }

    /// Changes the entry of this very target, if it is still there.
    func update(_ target: PushTarget, _ change: (inout TargetEntry) -> Void) {
        state.withLock { state in
            guard var entry = state.targets[target.name], entry.target.id == target.id else { return }
            change(&entry)
            state.targets[target.name] = entry
        }
    }
}
