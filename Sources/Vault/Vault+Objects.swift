package import Audit
package import Domain
package import SecretMemory

/// Changes of several apps and clients that are made together, or not at all.
package struct ObjectChanges: Sendable {
    package struct Edit: Sendable {
        let app: App
        let isAnother: Bool
        let apply: @Sendable (inout App) throws -> Void

        /// - Parameters:
        ///   - app: as it was when the change was decided.
        ///   - isAnother: whether it becomes another app at Zoom.
        ///   - apply: changes the app as it is in the vault at that moment.
        package init(_ app: App, isAnother: Bool, _ apply: @escaping @Sendable (inout App) throws -> Void) {
            (self.app, self.isAnother, self.apply) = (app, isAnother, apply)
        }
    }

    package var addedApps: [(app: App, clientSecret: SecretBox)] = []
    package var edits: [Edit] = []
    package var removedApps: [Name] = []
    package var addedClients: [Client] = []
    /// Each takes the place of the client with its name.
    package var changedClients: [Client] = []
    package var removedClients: [Name] = []

    package init() {}
}

extension Vault {
    /// Makes all these changes in one commit.
    package func apply(_ changes: ObjectChanges, recording event: AuditEvent? = nil) async throws(VaultError) {
        let now = time.now.wall
        try await change(recording: event) { transaction in
            for name in changes.removedApps { try transaction.removeApp(name, force: false) }
            for (app, secret) in changes.addedApps { try transaction.add(app, clientSecret: secret, at: now) }
            for edit in changes.edits {
                try edit.isAnother
                    ? transaction.identify(edit.app, edit.apply) : transaction.update(edit.app, edit.apply)
            }
            for name in changes.removedClients { try transaction.removeClient(name) }
            for client in changes.changedClients {
                guard let known = try transaction.client(named: client.name) else {
                    throw VaultError(.notFound, "there is no client '\(client.name)'", hint: "keyturn client list")
                }
                try transaction.put(
                    Client(
                        id: known.id, name: known.name, selectors: client.selectors, grants: client.grants,
                        createdAt: known.createdAt))
            }
            for client in changes.addedClients { try transaction.add(client) }
        }
    }
}
