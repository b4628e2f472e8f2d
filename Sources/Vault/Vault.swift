package import Audit
import Envelope
package import Names
package import SecretMemory
import Synchronization
import Times

/// An open vault: the keyring that opens its rows, the store that keeps them, and the catalog of what they say.
///
/// Every change is one durable transaction; readers see it in ``catalog`` after the commit and in the order of the
/// commits. The last reference to go takes the keys with it.
package final class Vault: Sendable {
    package let catalog: Catalog
    let store: any SealedStore
    let keys: Mutex<VaultKeys>
    /// The key slot that this vault was opened with.
    package let openedBy: String
    /// What seals and opens rows. It may be another after each commit: a transaction asks for it within itself.
    var sealer: Sealer { keys.withLock { $0.sealer } }
    /// Copies of what opens the vault, as they are stored.
    var waysIn: WaysIn { keys.withLock { $0.waysIn } }
    let time: any TimeSource
    private let isClosed = Atomic(false)
    let account: Mutex<Account>
    let hosts = Mutex(Hosts())
    /// What an earlier process committed, and of whose lines it did not know that they were on disk.
    package let unlogged: AuditBacklog

    init(
        store: any SealedStore, keys: VaultKeys, openedBy: String, catalog: Catalog, account: Account,
        unlogged: AuditBacklog, time: any TimeSource
    ) {
        self.store = store
        self.openedBy = openedBy
        self.keys = Mutex(keys)
        self.catalog = catalog
        self.time = time
        self.account = Mutex(account)
        self.unlogged = unlogged
    }

    /// From now on nothing is written. What was under way and came first is in the store; the rest fails, so that
    /// whoever opens the vault next has seen all there is.
    package func close() { isClosed.store(true, ordering: .sequentiallyConsistent) }

    /// A keyed fingerprint by which two secrets can be compared without being seen: 12 hexadecimal digits.
    package func fingerprint(of secret: SecretBox) throws(VaultError) -> String {
        do { return try sealer.keyring.fingerprint(of: secret.bytes) } catch {
            throw VaultError(.library, "no fingerprint: \(error)")
        }
    }

    /// What the vault opens with, a word for each key slot: `key file`, `passphrase`, `recovery key`.
    package var slotKinds: [String] { waysIn.words }

    // MARK: Apps

    /// Stores an app with its first client secret. Under a name that an app had before, its numbers go on above that one's.
    /// - Parameter event: what the audit log tells of it; so with all changes.
    package func add(_ app: App, clientSecret: SecretBox, recording event: AuditEvent? = nil) async throws(VaultError) {
        let now = time.now.wall
        let added = Mutex<AppEntry?>(nil)
        try await change(recording: { event }) { [catalog] transaction in
            guard catalog.app(app.name) == nil else {
                throw VaultError(
                    .exists, "there is an app '\(app.name)' already",
                    hint: "choose another name, or look at it: keyturn app show \(app.name)")
            }
            var app = app
            app.first = transaction.takeFirstGeneration(of: app.name)
            let credential = Credential(
                generation: app.first, state: .current, clientSecret: clientSecret, createdAt: now)
            try transaction.put(AppRecord(app))
            try transaction.put(GenerationRecord(appID: app.id, credential))
            let entry = AppEntry(app: app, credential: credential)
            added.withLock { $0 = entry }
        } committed: { [catalog] in
            if let entry = added.withLock({ $0 }) { catalog.publish(entry) }
        }
    }

    /// Forgets an app, its secret included. Nothing brings it back.
    ///
    /// Refused as `.busy` while a rotation is under way that Zoom may have made a secret for: of that one there may be no
    /// other copy.
    /// - Parameter force: to forget it all the same.
    package func removeApp(
        _ name: Name, force: Bool = false, recording event: AuditEvent? = nil
    ) async throws(VaultError) {
        guard let entry = catalog.app(name) else { throw Self.noSuchApp(name) }
        let app = entry.app
        try await change(recording: { event }) { [catalog] transaction in
            if !force, let open = catalog.app(name)?.rotation, open.phase != .planned {
                throw VaultError(
                    .busy,
                    "a rotation of '\(name)' is under way, in state \(open.phase.rawValue): with the app would go what may be "
                        + "the only copy of a new secret",
                    hint: "keyturn rotation show \(open.id); to lose it: keyturn app remove \(name) --force")
            }
            if let entry = catalog.app(name) { transaction.spend(entry.highestGeneration, of: name) }
            for entry in catalog.targets(of: app) { try transaction.remove(from: .delivery, id: entry.target.id) }
            for table in [SealedTable.generation, .rotation, .receipt, .pushTarget] {
                try transaction.removeRows(from: table, ofApp: app.id)
            }
            try transaction.remove(from: .token, id: app.id)
            try transaction.remove(from: .refusals, id: app.id)
            try transaction.remove(from: .upkeep, id: app.id)
            try transaction.remove(from: .app, id: app.id)
        } committed: { [catalog] in
            catalog.withdraw(app: app)
        }
    }

    package static func noSuchApp(_ name: Name) -> VaultError {
        VaultError(.notFound, "there is no app '\(name)'", hint: "keyturn app list")
    }

    // MARK: Tokens

    /// Keeps a token that was just minted, so that a restart need not mint again. Clears the app's refusals, and whatever
    /// doubt there was of its secret: Zoom took its credentials.
    package func keep(_ seen: SeenToken, for app: App) async throws(VaultError) {
        try await change { [catalog] transaction in
            // Of an app that has other IDs by now it would be somebody else's token.
            guard let known = try transaction.record(app.id, as: AppRecord.self)?.app, known.isSame(atZoom: app)
            else { throw Self.noSuchApp(app.name) }
            try transaction.put(TokenRecord(appID: app.id, seen.token))
            if let entry = catalog.app(app.name), let proven = entry.credential.proven(by: seen.token) {
                try transaction.put(GenerationRecord(appID: app.id, proven))
            }
            try transaction.remove(from: .refusals, id: app.id)
        } committed: { [catalog] in
            catalog.update(app) { $0.take(seen) }
        }
    }

    /// Notes that Zoom refused the app's credentials, or, with `nil`, forgets it.
    package func keep(_ refusals: Refusals?, for app: App) async throws(VaultError) {
        try await change { transaction in
            if let refusals {
                guard try transaction.record(app.id, as: AppRecord.self) != nil else { throw Self.noSuchApp(app.name) }
                try transaction.put(RefusalsRecord(appID: app.id, refusals))
            } else {
                try transaction.remove(from: .refusals, id: app.id)
            }
        } committed: { [catalog] in
            catalog.update(app) { $0.refusals = refusals }
        }
    }

    /// Shows readers a token that could not be kept, and clears the app's refusals as keeping it would.
    package func hold(_ seen: SeenToken, for app: App) {
        catalog.update(app) { $0.take(seen) }
    }

    /// Counts refusals that could not be kept.
    package func hold(_ refusals: Refusals, for app: App) { catalog.update(app) { $0.refusals = refusals } }

    // MARK: Clients

    package func add(_ client: Client, recording event: AuditEvent? = nil) async throws(VaultError) {
        try await change(recording: { event }) { [catalog] transaction in
            guard catalog.client(client.name) == nil else {
                throw VaultError(
                    .exists, "there is a client '\(client.name)' already",
                    hint: "choose another name, or remove it first: keyturn client remove \(client.name)")
            }
            try transaction.put(ClientRecord(client))
        } committed: { [catalog] in
            catalog.publish(client)
        }
    }

    package func removeClient(_ name: Name, recording event: AuditEvent? = nil) async throws(VaultError) {
        guard let client = catalog.client(name) else {
            throw VaultError(.notFound, "there is no client '\(name)'", hint: "keyturn client list")
        }
        try await change(recording: { event }) { transaction in
            try transaction.remove(from: .client, id: client.id)
        } committed: { [catalog] in
            catalog.withdraw(client: client)
        }
    }

    // MARK: The one way to change anything

    /// - Parameter event: what the audit log is to tell of this change, asked within the transaction. It is sealed with it,
    ///   so that a crash before its line is written does not lose it.
    func change(
        recording event: @escaping @Sendable () -> AuditEvent? = { nil },
        _ body: @escaping @Sendable (inout SealedTransaction) throws -> Void,
        committed: @escaping @Sendable () -> Void
    ) async throws(VaultError) {
        do {
            _ = try await store.write { [self] rows in
                // Asked on the store's own thread, so that no transaction slips in behind the answer.
                guard !isClosed.load(ordering: .sequentiallyConsistent) else {
                    throw VaultError(
                        .closed, "the vault was locked meanwhile; nothing was changed", hint: "keyturn unlock")
                }
                var transaction = try SealedTransaction(rows, sealer: sealer)
                try body(&transaction)
                if let claim = unclaimedBy { transaction.belong(to: claim) }
                let (account, durable) = account.withLock { ($0, $0.log?.durable) }
                return try transaction.finish(
                    account, durable, recording: account.hasLog ? event() : nil, at: time.now.wall)
            } committed: { [self] kept in
                let log = account.withLock { account in
                    (account.auditHead, account.commits) = (kept.auditHead, kept.commit)
                    account.newestTime = kept.newestTime
                    return account.log
                }
                if let claim = unclaimedBy { hosts.withLock { $0.kept = claim } }
                committed()
                if let entry = kept.entry { log?.take(entry) }
            }
        } catch {
            throw VaultError(translating: error)
        }
    }
}

extension VaultError {
    /// What a store's closures throw, in the vault's own terms.
    init(translating error: any Error) {
        switch error {
        case let error as VaultError: self = error
        case let error as StoreError: self.init(error)
        case EnvelopeError.outOfRange(let what): self.init(.unfit, what)
        case let error as EnvelopeError: self.init(.library, error.description)
        default: self.init(.library, "an unexpected error of the store: \(error)")
        }
    }
}
