package import Audit
import Dispatch
package import Envelope
import SecretMemory
import Synchronization
package import Times

extension Vault {
    /// Makes a vault in an empty store: a keyring, and one key slot for each way in.
    package static func create(in store: any SealedStore, ways: [UnlockWay]) async throws(VaultError) {
        do {
            let rows = try await offThePool {
                let keyring = try Keyring.generate()
                let keyringKey = try Random.secret()
                var rows = [
                    SealedRow(
                        table: .keyring, cells: [.text(keyringID)], sealed: try keyring.sealed(under: keyringKey))
                ]
                for (index, way) in ways.enumerated() {
                    let slot = try KeySlot.wrap(keyringKey, id: String(index + 1), with: way.secret)
                    rows.append(SealedRow(slot))
                }
                rows.append(try Sealer(keyring: keyring).seal(VaultState()))
                return rows
            }
            try await store.write { transaction in
                guard try transaction.row(in: .keyring, id: keyringID) == nil else {
                    throw VaultError(.exists, "there is a vault already; it was not touched")
                }
                for row in rows { try transaction.put(row) }
            } committed: {
            }
        } catch {
            throw VaultError(translating: error)
        }
    }

    /// Opens the vault with the first key slot that the secret fits, and reads and checks every row of it.
    /// - Parameters:
    ///   - log: the vault's audit log. One that tells of later commits refuses the vault as `.rolledBack`. Without one no
    ///     events of changes are kept.
    ///   - acceptingRollback: to open it all the same. The first commit then counts on from where the log is.
    package static func open(
        _ store: any SealedStore, with way: UnlockWay, log: LogDirectory? = nil, acceptingRollback: Bool = false,
        time: any TimeSource
    ) async throws(VaultError) -> Vault {
        do {
            let waysIn = try await store.read { try WaysIn($0) }
            let sealer = try await waysIn.open(with: way)
            let loaded = try await store.read { transaction in try CatalogLoader.load(transaction, sealer: sealer) }
            let named = try await newestCommit(log, sealer)
            if !acceptingRollback, let rollback = Rollback(commits: loaded.commits, named: named) {
                throw rollback.error
            }
            let catalog = Catalog()
            loaded.publish(in: catalog, at: time.now)
            let vault = Vault(
                store: store, sealer: sealer, waysIn: waysIn, catalog: catalog,
                account: Account(
                    auditHead: loaded.auditHead, commits: loaded.commits, floor: named, hasLog: log != nil),
                unlogged: loaded.outbox, time: time)
            vault.hosts.withLock { $0.kept = loaded.host }
            return vault
        } catch {
            throw VaultError(translating: error)
        }
    }

    static let keyringID = "vault"
    static let restoreHint = "keyturnd check names all that is wrong; then keyturnd restore BACKUP. Nothing was touched"

    /// scrypt takes a good part of a second and 128 MiB: the cooperative threads are not for that.
    static func offThePool<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}

/// What somebody holds who may open the vault, for as long as it takes to open it.
package final class UnlockWay: Sendable {
    let secret: UnlockSecret

    package init(_ secret: consuming UnlockSecret) { self.secret = secret }
}

extension SealedRow {
    init(_ slot: KeySlot) {
        self.init(table: .keySlot, cells: [.text(slot.id), .text(slot.kind.rawValue)], sealed: slot.bytes)
    }
}

extension KeySlot.Kind {
    var words: String {
        switch self {
        case .keyFile: "key file"
        case .passphrase: "passphrase"
        case .recovery: "recovery key"
        }
    }
}
