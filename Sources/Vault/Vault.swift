package import Audit
package import Domain
import Envelope
package import SecretMemory
import Synchronization

/// An open vault: the keyring that opens its rows, the store that contains them, and the catalog of their content.
///
/// Every change is one durable transaction; readers see it in ``catalog`` after the commit, in the order of the commits.
/// The keys are wiped with the last reference.
package final class Vault: Sendable {
    package let catalog: Catalog
    let store: any SealedStore
    let keys: Mutex<VaultKeys>
    /// The key slot that unlocked this vault.
    package let openedBy: String
    /// The keys for rows. They may change with each commit, so a transaction reads them itself.
    var sealer: Sealer { keys.withLock { $0.sealer } }
    /// Copies of the stored key slots and keyring.
    var keySlots: KeySlots { keys.withLock { $0.keySlots } }
    let time: any TimeSource
    private let isClosed = Atomic(false)
    let outcome = Mutex(ChangeOutcome())
    let account: Mutex<LogCursor>
    /// This host, as a keyed fingerprint; `nil` in programs that do not serve.
    let here = Mutex<String?>(nil)
    /// The commits of an earlier process whose audit lines may not be on disk.
    package let unlogged: AuditBacklog

    init(
        store: any SealedStore, keys: VaultKeys, openedBy: String, catalog: Catalog, account: LogCursor,
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

    /// Forbids further writes. Earlier transactions are in the store; later ones fail, so that the next program to open
    /// the vault sees everything.
    package func close() { isClosed.store(true, ordering: .sequentiallyConsistent) }

    /// A keyed fingerprint for comparing secrets without showing them: 12 hexadecimal digits.
    package func fingerprint(of secret: SecretBox) throws(VaultError) -> String { try sealer.fingerprint(of: secret) }

    /// This node.
    package var node: NodeID { account.withLock { $0.node.id } }

    /// The kind of each key slot.
    package var slotKinds: [UnlockMethodKind] { keySlots.kinds }

    // MARK: Apps

    /// Stores an app with its first client secret. If an earlier app had the same name, its generations continue above
    /// that one's.
    /// - Parameter event: for the audit log; likewise in all changes.
    package func add(_ app: App, clientSecret: SecretBox, recording event: AuditEvent? = nil) async throws(VaultError) {
        let now = time.now.wall
        try await change(recording: event) { transaction in
            try transaction.add(app, clientSecret: clientSecret, at: now)
        }
    }

    /// Removes an app and its secrets. This cannot be undone.
    ///
    /// Refused as `.busy` during a rotation for which Zoom may have made a secret: there may be no other copy of it.
    /// - Parameter force: removes the app nevertheless.
    package func removeApp(
        _ name: Name, force: Bool = false, recording event: AuditEvent? = nil
    ) async throws(VaultError) {
        try await change(recording: event) { transaction in
            try transaction.removeApp(name, force: force)
        }
    }

    package static func noSuchApp(_ name: Name) -> VaultError {
        VaultError(.notFound, "there is no app '\(name)'", hint: "keyturn app list")
    }

    // MARK: Tokens

    /// Saves a token that was just minted, so that a restart need not mint again. Zoom accepted the credentials, so the
    /// app's refusals are cleared, and any doubt about its secret. A token of an older secret than the stored token's
    /// changes nothing.
    package func save(_ seen: SeenToken, for app: App) async throws(VaultError) {
        try await change { transaction in
            // If the app has other IDs by now, the token is for another app.
            guard let entry = try transaction.secrets(ofApp: app.id).entry, entry.app.isSame(atZoom: app)
            else { throw Self.noSuchApp(app.name) }
            let known = try transaction.record(app.id, as: TokenRecord.self)?.token
            guard known.map({ $0.generation <= seen.token.generation }) ?? true else { return }
            try transaction.put(TokenRecord(appID: app.id, seen))
            if let proven = entry.credential.proven(by: seen.token) {
                try transaction.put(GenerationRecord(appID: app.id, proven))
            }
            let refusals = try transaction.record(app.id, as: RefusalsRecord.self)?.refusals
            if refusals.map({ $0.generation <= seen.token.generation }) ?? true {
                try transaction.remove(from: .refusals, id: app.id)
            }
        }
    }

    /// Records that Zoom refused the app's credentials; `nil` clears the record. A record about an older secret than the
    /// stored one is ignored.
    package func save(_ refusals: Refusals?, for app: App) async throws(VaultError) {
        try await change { transaction in
            guard let refusals else { return try transaction.remove(from: .refusals, id: app.id) }
            try transaction.check(app)
            let known = try transaction.record(app.id, as: RefusalsRecord.self)?.refusals
            if let known, known.generation > refusals.generation { return }
            try transaction.put(RefusalsRecord(appID: app.id, refusals))
        }
    }

    /// Makes a token visible that could not be saved, and clears the app's refusals as saving it would.
    package func showUnsaved(_ seen: SeenToken, for app: App) {
        catalog.showUnsaved(app) { entry in
            let known = entry.token.map(\.token.generation)
            guard entry.app.isSame(atZoom: app), known.map({ $0 <= seen.token.generation }) ?? true else {
                return entry
            }
            var facts = entry.facts
            (facts.token, facts.refusals) = (seen, nil)
            let credential = entry.credential.proven(by: seen.token) ?? entry.credential
            return AppEntry(app: entry.app, credential: credential, facts)
        }
    }

    /// Makes refusals count that could not be saved.
    package func showUnsaved(_ refusals: Refusals, for app: App) {
        catalog.showUnsaved(app) { entry in
            let known = entry.refusals.map(\.generation)
            guard entry.app.isSame(atZoom: app), known.map({ $0 <= refusals.generation }) ?? true else { return entry }
            var facts = entry.facts
            facts.refusals = refusals
            return AppEntry(app: entry.app, credential: entry.credential, facts)
        }
    }

    // MARK: Clients

    package func add(_ client: Client, recording event: AuditEvent? = nil) async throws(VaultError) {
        try await change(recording: event) { transaction in
            try transaction.add(client)
        }
    }

    package func removeClient(_ name: Name, recording event: AuditEvent? = nil) async throws(VaultError) {
        try await change(recording: event) { transaction in
            try transaction.removeClient(name)
        }
    }

    // MARK: Changes

    /// Runs `body` as one durable transaction, the only way to change the vault. The rows that it writes and removes are
    /// the whole change: after the commit, and before the next one, ``catalog`` and all other memory are updated from
    /// them.
    /// - Parameter event: the audit event of this change, unless the transaction sets one. It is committed with the
    ///   change, so that a crash before its line is written does not lose it.
    func change(
        recording event: AuditEvent? = nil, _ body: @escaping @Sendable (inout SealedTransaction) throws -> Void
    ) async throws(VaultError) {
        outcome.withLock { $0.begin(steadySeconds()) }
        defer { outcome.withLock { $0.end(steadySeconds()) } }
        do {
            _ = try await store.write { [self] rows in
                // Checked on the store's thread, so no transaction can start after the check.
                guard !isClosed.load(ordering: .sequentiallyConsistent) else {
                    throw VaultError(
                        .closed, "the vault was locked meanwhile; nothing was changed", hint: "keyturn unlock")
                }
                var transaction = try begin(rows)
                transaction.audit(event)
                try body(&transaction)
                if transaction.state.host == nil, let here = here.withLock({ $0 }) { transaction.setOwner(here) }
                let account = account.withLock { $0 }
                return try transaction.finish(account, account.log?.durable, at: time.now.wall)
            } committed: { [self] commit in
                show(commit)
            }
        } catch {
            let error = VaultError(translating: error)
            record(error)
            throw error
        }
        record(nil)
    }

    private func show(_ commit: Commit) {
        let (log, newest) = account.withLock { account in
            for change in commit.changes { account.apply(change) }
            return (account.log, account.newestTime)
        }
        keys.withLock { $0.apply(commit) }
        catalog.show(commit.changes, at: time.now, newest: newest, sealer)
        if let entry = commit.entry { log?.enqueue(entry) }
    }
}

extension VaultError {
    /// Translates the errors of a store's closures.
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
