package import Audit
package import Domain
import Envelope
package import SecretMemory
import Synchronization

/// A vault that was unlocked for inspection only, even if its rows are damaged.
package struct VaultInspector: Sendable {
    private let store: any ReadableStore
    private let sealer: Sealer

    /// Throws `.wrongKey` when no slot opens, and `.damaged` when the slots or the keyring are.
    package init(_ store: any ReadableStore, with unlockKey: UnlockKey) async throws(VaultError) {
        do {
            let keySlots = try await store.read { try KeySlots($0) }
            self.init(store, sealer: try await keySlots.open(with: unlockKey).sealer)
        } catch {
            throw VaultError(translating: error)
        }
    }

    init(_ store: any ReadableStore, sealer: Sealer) {
        self.store = store
        self.sealer = sealer
    }

    /// Opens every row.
    package func inspect() async throws(VaultError) -> Inspection {
        do { return try await store.read { [sealer] in Inspection($0, sealer: sealer) } } catch {
            throw VaultError(translating: error)
        }
    }

    /// Changes that the audit log has and the vault lacks.
    package func rollback(_ inspection: Inspection, _ log: LogDirectory) async throws -> Finding? {
        let named = try await Vault.newest(log, sealer)?.commit ?? 0
        guard let commits = inspection.commits, let found = Rollback(commits: commits, named: named)?.error else {
            return nil
        }
        return Finding(.fatal, Inspection.place, found.advice)
    }

    /// The key of the audit log's lines.
    package func auditKey() throws(VaultError) -> SecretBytes { try sealer.auditKey() }

    /// Throws when the answer in the spool file does not open.
    package func open(_ entry: SpoolEntry) throws(VaultError) { _ = try entry.open(sealer) }
}

extension Vault {
    /// Opens every row of a copy of this vault with this vault's keys.
    package func inspect(_ copy: any ReadableStore) async throws(VaultError) -> Inspection {
        let keys = keys.withLock { $0 }
        // The copy has the keyring of its time, which may contain an epoch that has since been dropped here.
        let ring = try? await copy.read { transaction in
            try Keyring(opening: KeySlots(transaction).keyring, under: keys.keyringKey.bytes)
        }
        return try await VaultInspector(copy, sealer: ring.map(Sealer.init) ?? keys.sealer).inspect()
    }
}

/// Rows that show that a copy is a consistent state of a vault, and opens with the keys that the vault had then: the
/// unlock methods, the keyring, and the state rows that cover all rows.
package struct CopyWitness: Equatable, Sendable {
    private var rows: [SealedRow] = []

    package init(_ transaction: any StoreTransaction) throws {
        for table in [SealedTable.state, .nodeState, .keyring, .keySlot] {
            try transaction.forEachRow(in: table) { rows.append($0) }
        }
    }
}
