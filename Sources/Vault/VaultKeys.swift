package import Audit
package import Envelope
import SecretMemory
import Synchronization
package import Times

/// What opens the vault and its rows, as long as it is open. Replaced as a whole, behind the commit that changed it.
struct VaultKeys: Sendable {
    var sealer: Sealer
    /// Wrapped in each key slot.
    var keyringKey: SecretBox
    /// Copies of what opens the vault, as they are stored.
    var waysIn: WaysIn
    var ways: [Way]
    /// Grows with each change, so that what was prepared on an older state is not written over a newer one.
    var revision = 0

    /// Slots that are not what the vault wrote, or gone: their secrets may not open it any more.
    var damagedSlots: [String] {
        let known = Dictionary(waysIn.slots.map { ($0.id, $0) }) { first, _ in first }
        return ways.filter { way in
            guard let row = known[way.id] else { return true }
            return (try? sealer.digest(of: row)) != way.slotDigest
        }.map(\.id)
    }

    /// A slot that the vault did not write opens nothing that it should.
    func checkNoOtherSlots() throws(VaultError) {
        let ids = Set(ways.map(\.id))
        if let other = waysIn.slots.first(where: { !ids.contains($0.id) }) {
            throw VaultError(
                .damaged, "the vault has a key slot '\(other.id)' that was removed, or that it never made",
                hint: Vault.restoreHint)
        }
    }
}

extension Vault {
    /// All ways into the vault, by number.
    package var ways: [Way] { keys.withLock { $0.ways } }

    /// Another number after each change of the keys.
    package var keyRevision: Int { keys.withLock { $0.revision } }

    /// The slots of ways that are damaged or gone.
    package var damagedSlots: [String] { keys.withLock { $0 }.damagedSlots }

    /// Adds a way in. The new slot is opened once with its secret before it is kept; no other one is touched.
    ///
    /// Takes scrypt's time and memory for a passphrase, twice.
    package func addWay(
        _ new: UnlockWay, at now: Timestamp, scrypt: ScryptParameters = .standard,
        recording event: @escaping @Sendable (Way) -> AuditEvent? = { _ in nil }
    ) async throws(VaultError) -> Way {
        let old = keys.withLock { $0 }
        guard old.ways.count < Self.mostWays else {
            throw VaultError(.ended, "there are \(Self.mostWays) key slots already", hint: "keyturn key remove SLOT")
        }
        let (way, row) = try await prepared {
            try old.made(new, id: old.ways.nextID, at: now, scrypt: scrypt)
        }
        try await replaceKeys(of: old, recording: event(way)) { transaction in
            try transaction.put(row: row)
            try transaction.put(WayRecord(way))
        } by: { keys in
            keys.ways.append(way)
            keys.waysIn = WaysIn(slots: keys.waysIn.slots + [row], keyring: keys.waysIn.keyring)
        }
        return way
    }

    /// Takes a way in away: a new keyring key, wrapped for each of the others. The slot as it was opens nothing any more,
    /// wherever somebody has kept it, but copies of the file from before.
    package func removeWay(_ id: String, recording event: AuditEvent? = nil) async throws(VaultError) {
        let old = keys.withLock { $0 }
        try old.ways.checkRemoving(id)
        let new = try await prepared { try old.without(id) }
        try await replaceKeys(of: old, recording: event) { transaction in
            try transaction.remove(from: .keySlot, id: id)
            try transaction.remove(from: .way, id: id)
            for slot in new.waysIn.slots { try transaction.put(row: slot) }
            for way in new.ways { try transaction.put(WayRecord(way)) }
            try transaction.put(keyring: new.waysIn.keyring)
        } by: {
            $0 = new
        }
    }

    private static let mostWays = 32

    /// Commits a change of the keys, if they are still the ones that it was made of.
    func replaceKeys(
        of old: VaultKeys, recording event: AuditEvent? = nil,
        _ body: @escaping @Sendable (inout SealedTransaction) throws -> Void,
        by change: @escaping @Sendable (inout VaultKeys) -> Void
    ) async throws(VaultError) {
        try await self.change(recording: { event }) { [self] transaction in
            guard keys.withLock({ $0.revision }) == old.revision else {
                throw VaultError(
                    .busy, "the vault's keys were changed at the same moment; nothing was done", hint: "the same again")
            }
            try body(&transaction)
        } committed: { [self] in
            keys.withLock { keys in
                change(&keys)
                keys.revision = old.revision + 1
            }
        }
    }

    func prepared<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws(VaultError) -> Result {
        do { return try await Self.offThePool(body) } catch { throw VaultError(translating: error) }
    }
}

extension VaultKeys {
    /// A way in, and its slot, which its secret has opened.
    func made(
        _ new: UnlockWay, id: String, at now: Timestamp, scrypt: ScryptParameters
    ) throws -> (Way, SealedRow) {
        let seat = try KeySeat(id: id, for: new.secret, scrypt: scrypt)
        let slot = try seat.wrap(keyringKey.bytes)
        guard try KeySlot(bytes: slot.bytes).unwrap(with: new.secret).constantTimeEquals(keyringKey.bytes) else {
            throw VaultError(.library, "a new key slot does not open; nothing was changed")
        }
        let row = SealedRow(slot)
        return (
            Way(
                id: id, kind: new.secret.kind, createdAt: now, slotDigest: try sealer.digest(of: row), seat: seat), row
        )
    }

    /// Another keyring key, for all ways but one.
    fileprivate func without(_ id: String) throws -> VaultKeys {
        var keys = self
        keys.ways.removeAll { $0.id == id }
        keys.keyringKey = SecretBox(try Random.secret().kept())
        var slots: [SealedRow] = []
        keys.ways = try keys.ways.map { way in
            let row = SealedRow(try way.seat.wrap(keys.keyringKey.bytes))
            slots.append(row)
            return Way(
                id: way.id, kind: way.kind, createdAt: way.createdAt, slotDigest: try sealer.digest(of: row),
                seat: way.seat)
        }
        keys.waysIn = WaysIn(slots: slots, keyring: try sealer.keyring.proven(under: keys.keyringKey.bytes))
        return keys
    }
}

extension Keyring {
    /// The keyring as it is stored, after it was opened once and found to be the same.
    func proven(under keyringKey: borrowing SecretBytes) throws(EnvelopeError) -> [UInt8] {
        let sealed = try sealed(under: keyringKey)
        guard try Keyring(opening: sealed, under: keyringKey).isSame(as: self) else { throw .damaged }
        return sealed
    }
}
