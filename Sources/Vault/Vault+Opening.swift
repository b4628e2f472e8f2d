package import Audit
package import Domain
package import Envelope
import SecretMemory
import Synchronization
import System

extension Vault {
    /// Creates a vault in an empty store: a keyring, and one key slot for each unlock key.
    package static func create(
        in store: any SealedStore, unlockKeys: [UnlockKey], at now: Timestamp = SystemTime().now.wall
    ) async throws(VaultError) {
        do {
            let rows = try await offThePool {
                let keyring = try Keyring.generate()
                let sealer = Sealer(keyring: keyring)
                let key = SecretBox(try Random.secret())
                let keySlots = KeySlots(slots: [], keyring: try keyring.proven(under: key.bytes))
                let keys = VaultKeys(KeySecrets(sealer: sealer, keyringKey: key), keySlots: keySlots, unlockMethods: [])
                var rows = [SealedRow(table: .keyring, cells: [.text(keyringID)], sealed: keySlots.keyring)]
                var state = VaultState()
                for (index, secret) in unlockKeys.enumerated() {
                    let (method, slot) = try keys.made(secret, id: String(index + 1), at: now, scrypt: .standard)
                    let row = try sealer.seal(method)
                    state.digest.count(try sealer.digest(of: row))
                    rows += [slot, row]
                }
                let first = try HistoryRecord(after: state.newest, commit: 0, sealer)
                state.newest = first.point
                let node = try sealer.seal(NodeState())
                state.digest.count(try sealer.digest(of: node))
                rows += [try sealer.seal(first), node, try sealer.seal(state)]
                return rows
            }
            try await store.write { transaction in
                guard try transaction.row(in: .keyring, id: keyringID) == nil else {
                    throw VaultError(.exists, "there already is a vault; it was not changed")
                }
                for row in rows { try transaction.put(row) }
            } committed: {
            }
        } catch {
            throw VaultError(translating: error)
        }
    }

    /// Opens the vault with the first key slot that the secret fits, and reads and checks every row.
    /// - Parameters:
    ///   - log: the vault's audit log. If it names later commits, the vault is refused as `.rolledBack`. Without a log,
    ///     no audit events are stored.
    ///   - acceptingRollback: opens the vault nevertheless. Its commits then continue after those in the log.
    package static func open(
        _ store: any SealedStore, with unlockKey: UnlockKey, log: LogDirectory? = nil, acceptingRollback: Bool = false,
        time: any TimeSource
    ) async throws(VaultError) -> Vault {
        do {
            let keySlots = try await store.read { try KeySlots($0) }
            let opened = try await keySlots.open(with: unlockKey)
            let sealer = opened.sealer
            let (logged, now) = (try await newest(log, sealer), time.now)
            let loaded = try await store.read { transaction in
                try CatalogLoader(transaction, sealer: sealer, at: now, beside: logged)
            }
            if !acceptingRollback, let logged,
                let rollback = Rollback(commits: loaded.account.state.commits, named: logged.commit)
            {
                throw rollback.error
            }
            let keys = VaultKeys(
                KeySecrets(sealer: sealer, keyringKey: opened.keyringKey), keySlots: keySlots,
                unlockMethods: loaded.unlockMethods)
            try keys.checkNoOtherSlots()
            let vault = Vault(
                store: store, keys: keys, openedBy: opened.slot.id, catalog: Catalog(loaded.catalog),
                account: loaded.account, unlogged: loaded.unlogged, time: time)
            return vault
        } catch {
            throw VaultError(translating: error)
        }
    }

    /// Checks that the secret opens this vault, which is already open; throws if it does not.
    package func prove(_ unlockKey: UnlockKey) async throws(VaultError) {
        do { _ = try await keySlots.open(with: unlockKey) } catch { throw VaultError(translating: error) }
    }

    /// The key slot that a secret opens, in an open or a locked vault. The keys behind it are not retained.
    package static func slot(
        in store: any SealedStore, openedBy unlockKey: UnlockKey
    ) async throws(VaultError) -> (id: String, kind: String) {
        do {
            let slot = try await store.read { try KeySlots($0) }.open(with: unlockKey).slot
            return (slot.id, slot.kind.words)
        } catch {
            throw VaultError(translating: error)
        }
    }

    static let keyringID = "vault"
    package static let restoreHint =
        "keyturnd check shows all the damage; then keyturnd restore BACKUP. Nothing was changed"
}

/// A secret that may open the vault, held only while opening it.
package final class UnlockKey: Sendable {
    let secret: UnlockSecret

    package init(_ secret: consuming UnlockSecret) { self.secret = secret }
}

extension SealedRow {
    init(_ slot: KeySlot) {
        self.init(table: .keySlot, cells: [.text(slot.id), .text(slot.kind.rawValue)], sealed: slot.bytes)
    }
}
