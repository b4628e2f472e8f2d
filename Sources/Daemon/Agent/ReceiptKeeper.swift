import Names
import Synchronization
import Times
import Vault

/// Notes which generation each client holds. A client that fetches what it has already costs nothing; one that
/// fetches a new generation for the first time costs one commit, behind the answer.
final class ReceiptKeeper: Sendable {
    private struct Key: Hashable {
        let appID: String
        let client: Name
    }

    private let vault: Vault
    private let time: any TimeSource
    private let changed: @Sendable (Name) -> Void
    /// What is on its way to the vault.
    private let pending = Mutex<[Key: Generation]>([:])

    init(vault: Vault, time: any TimeSource, changed: @escaping @Sendable (Name) -> Void) {
        self.vault = vault
        self.time = time
        self.changed = changed
    }

    /// The client was given the app's current credentials.
    func fetched(_ entry: AppEntry, by client: Client) {
        let generation = entry.credential.generation
        guard entry.receipts[client.name].map({ $0.generation < generation }) ?? true else { return }
        note(entry, client.name, generation, isAcknowledged: false)
    }

    /// The client says that it uses the generation.
    func acknowledged(_ entry: AppEntry, by client: Client, _ generation: Generation) {
        if let known = entry.receipts[client.name],
            known.generation > generation || known.isAcknowledged && known.generation == generation
        {
            return
        }
        note(entry, client.name, generation, isAcknowledged: true)
    }

    private func note(_ entry: AppEntry, _ client: Name, _ generation: Generation, isAcknowledged: Bool) {
        let key = Key(appID: entry.app.id, client: client)
        let isNew = pending.withLock { pending in
            if !isAcknowledged, let known = pending[key], known >= generation { return false }
            pending[key] = generation
            return true
        }
        guard isNew else { return }
        let receipt = Receipt(
            client: client, generation: generation, at: time.now.wall, isAcknowledged: isAcknowledged)
        Task {
            // What cannot be kept is noted again at the next fetch: until then the old secret only lives longer.
            try? await vault.keep([receipt], of: entry.app)
            pending.withLock { $0[key] = nil }
            changed(entry.app.name)
        }
    }
}
