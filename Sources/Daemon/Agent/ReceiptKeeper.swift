import Domain
import Synchronization
import Vault

/// Records the secret that each client of this node holds. Fetching the same one again costs nothing. New receipts are saved after
/// the answers, many in one commit.
final class ReceiptKeeper: Sendable {
    private struct Key: Hashable {
        let appID: String
        let holder: Holder
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
    private let node: NodeID
    private let time: any TimeSource
    private let changed: @Sendable (Name) -> Void
    private let state = Mutex(State())

    init(vault: Vault, time: any TimeSource, changed: @escaping @Sendable (Name) -> Void) {
        self.vault = vault
        node = vault.node
        self.time = time
        self.changed = changed
    }

    /// The client was given the app's current credentials.
    func fetched(_ entry: AppEntry, by client: Name) {
        let holder = Holder(node: node, client: client)
        // The usual case, checked first: the client already has them.
        if let known = entry.receipts[holder], entry.isCurrent(known) { return }
        record(entry, holder, entry.generation, isAcknowledged: false) { _ in entry.fingerprint }
    }

    /// The client says that it has the generation: the secret that it last fetched under this number, if it fetched one.
    func reported(_ entry: AppEntry, by client: Name, _ generation: Generation, isAcknowledged: Bool = false) {
        let holder = Holder(node: node, client: client)
        record(entry, holder, generation, isAcknowledged: isAcknowledged) { [vault] known in
            if let known, known.generation == generation { return known.secret }
            if generation == entry.generation { return entry.fingerprint }
            guard let previous = entry.previous, previous.generation == generation else { return nil }
            return try? vault.fingerprint(of: previous.clientSecret)
        }
    }

    /// - Parameter secret: the fingerprint, if `known` is the newest receipt of this holder.
    private func record(
        _ entry: AppEntry, _ holder: Holder, _ generation: Generation, isAcknowledged: Bool,
        secret: (_ known: Receipt?) -> String?
    ) {
        let key = Key(appID: entry.app.id, holder: holder)
        let mustWrite = state.withLock { state in
            let known = (state.waiting[key] ?? state.batch[key])?.receipt ?? entry.receipts[holder]
            let receipt = Receipt(
                holder: holder, generation: generation, secret: secret(known), at: time.now.wall,
                isAcknowledged: isAcknowledged)
            if let known, !receipt.isNews(beside: known) { return false }
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
