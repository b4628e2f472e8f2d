import Domain
import Synchronization
import Vault

/// Records the generation that each client holds. Fetching the same one again costs nothing. New receipts are saved after
/// the answers, many in one commit.
final class ReceiptKeeper: Sendable {
    private struct Key: Hashable {
        let appID: String
        let client: Name
    }

    private struct State {
        var waiting: [Key: (app: App, receipt: Receipt)] = [:]
        /// Being saved.
        var batch: [Key: (app: App, receipt: Receipt)] = [:]
        var isWriting = false
    }

    /// The most receipts in one commit.
    private static let most = 1000

    private let vault: Vault
    private let time: any TimeSource
    private let changed: @Sendable (Name) -> Void
    private let state = Mutex(State())

    init(vault: Vault, time: any TimeSource, changed: @escaping @Sendable (Name) -> Void) {
        self.vault = vault
        self.time = time
        self.changed = changed
    }

    /// The client was given the app's current credentials.
    func fetched(_ entry: AppEntry, by client: Name) {
        let generation = entry.generation
        // The usual case, checked first: the client already has them.
        if let known = entry.receipts[client], known.generation == generation { return }
        record(entry, client, generation, isAcknowledged: false)
    }

    /// The client acknowledges that it uses the generation.
    func acknowledged(_ entry: AppEntry, by client: Name, _ generation: Generation) {
        record(entry, client, generation, isAcknowledged: true)
    }

    private func record(_ entry: AppEntry, _ client: Name, _ generation: Generation, isAcknowledged: Bool) {
        let receipt = Receipt(
            client: client, generation: generation, at: time.now.wall, isAcknowledged: isAcknowledged)
        if let known = entry.receipts[client], !receipt.isNews(beside: known) { return }
        let key = Key(appID: entry.app.id, client: client)
        let mustWrite = state.withLock { state in
            for known in [state.waiting[key], state.batch[key]] {
                if let known, !receipt.isNews(beside: known.receipt) { return false }
            }
            state.waiting[key] = (entry.app, receipt)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustWrite { Task { await write() } }
    }

    /// Saves until nothing is left. A receipt that cannot be saved is recorded again at the next fetch; until then the
    /// old secret only stays valid for longer.
    private func write() async {
        while true {
            let batch = state.withLock { state in
                state.batch = [:]
                for key in Array(state.waiting.keys.prefix(Self.most)) {
                    state.batch[key] = state.waiting.removeValue(forKey: key)
                }
                state.isWriting = !state.batch.isEmpty
                return Array(state.batch.values)
            }
            if batch.isEmpty { return }
            try? await vault.save(batch)
            for name in Set(batch.map(\.app.name)) { changed(name) }
        }
    }
}
