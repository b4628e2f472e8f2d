package import Audit
import Envelope
import SecretMemory
import Synchronization

/// The progress of resealing rows in the vault's newest key epoch.
package struct Resealing: Equatable, Sendable {
    /// All sealed rows.
    package var rows: Int
    /// The rows in the newest epoch.
    package var done: Int

    package init(rows: Int, done: Int) { (self.rows, self.done) = (rows, done) }
}

/// The position of a walk over all rows.
package struct ResealCursor: Sendable {
    fileprivate var table = 0
    fileprivate var after = ""

    package init() {}
}

/// Begins a new key epoch and reseals every row in it: a few rows at a time, each time in one commit. Whenever the
/// process ends, each row opens in one epoch or the other, and the keyring has both until no row needs the old one.
extension Vault {
    /// The epoch in which rows are sealed from now on.
    package var keyEpoch: Int { Int(sealer.keyring.currentEpoch) }

    /// Whether there is more than one epoch: rows of an older one may be left.
    package var hasOldEpochs: Bool { sealer.keyring.epochNumbers.count > 1 }

    /// Begins a new epoch. Its key is durable in the keyring before anything is sealed with it.
    package func beginEpoch(recording event: AuditEvent? = nil) async throws(VaultError) {
        let old = keys.withLock { $0 }
        guard !hasOldEpochs else {
            throw VaultError(
                .busy, "the vault's key is already being rotated: rows of the previous epoch are left",
                hint: "keyturn key list")
        }
        try await replaceKeyring(of: old, recording: event) { ring throws(EnvelopeError) in
            try ring.addingEpoch()
        }
    }

    /// Counts all rows, and those in the newest epoch. Reads every one of them.
    package func resealing() async throws(VaultError) -> Resealing {
        do {
            return try await store.read { [self] transaction in
                let epoch = sealer.keyring.currentEpoch
                var found = Resealing(rows: 0, done: 0)
                for table in SealedTable.inEpochs {
                    try transaction.forEachRow(in: table) { row in
                        found.rows += 1
                        if row.isSealed(in: epoch) { found.done += 1 }
                    }
                }
                return found
            }
        } catch {
            throw VaultError(translating: error)
        }
    }

    /// Reseals the next rows of older epochs, in one commit.
    /// - Parameters:
    ///   - limit: the most rows to change.
    ///   - looked: the most rows to read.
    /// - Returns: the number of changed rows, and where to continue; `nil` after the last row.
    package func reseal(
        from cursor: ResealCursor, limit: Int, looked: Int = 2000
    ) async throws(VaultError) -> (changed: Int, next: ResealCursor?) {
        let batch: (rows: [SealedRow], next: ResealCursor?)
        do {
            batch = try await store.read { [self] transaction in
                try Self.batch(
                    transaction, from: cursor, outside: sealer.keyring.currentEpoch, limit: limit, looked: looked)
            }
        } catch {
            throw VaultError(translating: error)
        }
        guard !batch.rows.isEmpty else { return (0, batch.next) }
        try await change { transaction in
            for row in batch.rows { try transaction.reseal(row.table, id: row.id) }
        }
        return (batch.rows.count, batch.next)
    }

    private static func batch(
        _ transaction: any StoreTransaction, from cursor: ResealCursor, outside epoch: UInt32, limit: Int, looked: Int
    ) throws -> (rows: [SealedRow], next: ResealCursor?) {
        var cursor = cursor
        var (rows, left) = ([SealedRow](), looked)
        while cursor.table < SealedTable.inEpochs.count {
            var seen = 0
            let most = min(left, 500)
            try transaction.forEachRow(in: SealedTable.inEpochs[cursor.table], after: cursor.after, limit: most) {
                row in
                seen += 1
                guard rows.count < limit else { return }
                cursor.after = row.id
                if !row.isSealed(in: epoch) { rows.append(row) }
            }
            left -= seen
            guard rows.count < limit, left > 0 else { return (rows, cursor) }
            if seen < most {
                cursor.table += 1
                cursor.after = ""
            }
        }
        return (rows, nil)
    }

    /// Drops all epochs but the newest. Reads every row once more in the commit that drops their keys: a row in an older
    /// epoch rolls everything back.
    package func dropOldEpochs() async throws(VaultError) {
        let old = keys.withLock { $0 }
        guard hasOldEpochs else { return }
        try await replaceKeyring(of: old) { ring throws(EnvelopeError) in
            var left = ring
            for epoch in ring.epochNumbers.dropLast() { left = try left.droppingEpoch(epoch) }
            return left
        } check: { transaction, epoch in
            for table in SealedTable.inEpochs { try transaction.checkAll(of: table, areIn: epoch) }
        }
    }

    /// Replaces the keyring under the same keyring key. The new one is opened once before.
    private func replaceKeyring(
        of old: VaultKeys, recording event: AuditEvent? = nil,
        by change: @escaping @Sendable (Keyring) throws(EnvelopeError) -> Keyring,
        check: @escaping @Sendable (SealedTransaction, UInt32) throws -> Void = { _, _ in }
    ) async throws(VaultError) {
        let (ring, sealed) = try await prepared {
            let ring = try change(old.sealer.keyring)
            return (ring, try ring.proven(under: old.keyringKey.bytes))
        }
        try await changeKeys(since: old, recording: event) { transaction in
            try check(transaction, ring.currentEpoch)
            try transaction.put(keyring: sealed)
            transaction.replaceSecrets(by: KeySecrets(sealer: Sealer(keyring: ring), keyringKey: old.keyringKey))
        }
    }
}

extension SealedTable {
    /// The tables whose rows a key epoch seals, except the state row, which every commit seals again.
    static let inEpochs = counted + uncounted
}

extension SealedRow {
    func isSealed(in epoch: UInt32) -> Bool { (try? Keyring.epoch(ofSealed: sealed)) == epoch }
}
