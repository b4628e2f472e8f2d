import Envelope
import SecretMemory
import Synchronization
import Times

extension Vault {
    /// Whether the secret opens the vault, which is open already: throws if it does not.
    package func prove(_ way: UnlockWay) async throws(VaultError) {
        do { await renewOldSlot(try await waysIn.open(with: way).slot, with: way, at: time.now.wall) } catch {
            throw VaultError(translating: error)
        }
    }

    /// Makes a slot of an older version anew once its secret is at hand, and lists the others beside it. What cannot be
    /// written now is done at the next unlocking: the old slot opens the vault as well.
    func renewOldSlot(_ slot: KeySlot, with way: UnlockWay, at now: Timestamp) async {
        let old = keys.withLock { $0 }
        guard slot.isOld else { return }
        let made = try? await prepared { try old.made(way, id: slot.id, at: now, scrypt: .standard) }
        guard let made else { return }
        let known = Set(old.ways.map(\.id))
        let others = old.waysIn.slots.filter { $0.id != slot.id && !known.contains($0.id) }
            .compactMap { row -> Way? in
                guard let slot = try? KeySlot(bytes: row.sealed), let digest = try? old.sealer.digest(of: row) else {
                    return nil
                }
                return Way(id: row.id, kind: slot.kind, createdAt: now, slotDigest: digest, seat: nil)
            }
        let ways = (old.ways.filter { $0.id != slot.id } + [made.0] + others).sorted(by: Way.isBefore)
        let slots = old.waysIn.slots.map { $0.id == slot.id ? made.1 : $0 }
        try? await replaceKeys(of: old) { transaction in
            try transaction.put(row: made.1)
            for way in [made.0] + others { try transaction.put(WayRecord(way)) }
        } by: { keys in
            keys.ways = ways
            keys.waysIn = WaysIn(slots: slots, keyring: keys.waysIn.keyring)
        }
    }
}
