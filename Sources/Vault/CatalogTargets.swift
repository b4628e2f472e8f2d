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

    /// Whether a rotation is under way that would end the secret which the target's connection has, and reaches it by nothing
    /// else: one that has still to be published, or to wait for a connection that somebody else changed since.
    func isWaitedFor(_ target: PushTarget) -> Bool {
        guard let entry = self.target(target.name), entry.target.id == target.id, let app = app(of: target),
            let rotation = app.rotation, rotation.publishedAt == nil || entry.delivery.drift != nil
        else { return false }
        return !targetsBeside(target).contains {
            $0.target.appID == target.appID && $0.target.fields.clientSecret == target.fields.clientSecret
        }
    }

    /// Throws if the target is to push into another connection while a rotation would end the secret that is in this one. One
    /// that is gone, or was never pushed to, is given up by that alone; and a console may have another address.
    func checkMove(to target: PushTarget) throws(VaultError) {
        guard let known = self.target(target.name), known.target.id == target.id,
            known.target.connection != target.connection, known.target.adminURL == target.adminURL,
            known.delivery.generation != nil, known.delivery.failure?.cause != "not_found", isWaitedFor(known.target)
        else { return }
        throw VaultError(
            .busy,
            "a rotation of '\(target.app)' waits for '\(target.name)', and would end the secret that is in "
                + "'\(known.target.connection)'",
            hint: "add the other connection as a target of its own: keyturn target add pingfederate NEW; if "
                + "'\(known.target.connection)' is used no more: keyturn target remove \(target.name) --force first")
    }

    /// The other targets of the same connection, by name.
    package func targetsBeside(_ target: PushTarget) -> [TargetEntry] {
        targets.filter { $0.target.id != target.id && $0.target.place == target.place }
    }

    /// Throws if another app's credentials are pushed into one of the target's settings: each push would undo the other's.
    package func checkSettings(of target: PushTarget) throws(VaultError) {
        for other in targetsBeside(target) where other.target.appID != target.appID {
            let shared = target.fields.names.filter(other.target.fields.names.contains)
            guard !shared.isEmpty else { continue }
            let names = shared.map { "'\($0)'" }.joined(separator: ", ")
            throw VaultError(
                .exists,
                "target '\(other.target.name)' pushes app '\(other.target.app)' into \(names) of this connection already",
                hint:
                    "look at it: keyturn target show \(other.target.name); choose another connection, or other settings"
            )
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
