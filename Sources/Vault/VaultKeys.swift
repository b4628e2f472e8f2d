package import Audit
package import Domain
package import Envelope
import SecretMemory
import Synchronization
import System

/// The keys for rows, and the key that is wrapped in each key slot. No row contains them in the clear: they come with the
/// commit that changes them.
struct KeySecrets: Sendable {
    let sealer: Sealer
    let keyringKey: SecretBox
}

/// The keys of an open vault.
struct VaultKeys: Sendable {
    private(set) var secrets: KeySecrets
    /// Copies of the stored key slots and keyring.
    private(set) var keySlots: KeySlots
    /// By number.
    private(set) var unlockMethods: [UnlockMethod]
    /// Increases with each change.
    private(set) var revision = 0

    var sealer: Sealer { secrets.sealer }
    var keyringKey: SecretBox { secrets.keyringKey }

    init(_ secrets: KeySecrets, keySlots: KeySlots, unlockMethods: [UnlockMethod]) {
        (self.secrets, self.keySlots, self.unlockMethods) = (
            secrets, keySlots, unlockMethods.sorted(by: UnlockMethod.isBefore)
        )
    }

    /// Applies the changes of a commit.
    mutating func apply(_ commit: Commit) {
        var isChanged = commit.secrets != nil
        if let new = commit.secrets { secrets = new }
        for change in commit.changes where apply(change) { isChanged = true }
        if isChanged { revision += 1 }
    }

    /// - Returns: whether the change concerns the keys.
    private mutating func apply(_ change: RowChange) -> Bool {
        switch change {
        case .put(.unlockMethod(let method)):
            unlockMethods = (unlockMethods.filter { $0.id != method.id } + [method]).sorted(by: UnlockMethod.isBefore)
        case .put(.keySlot(let row)): keySlots = keySlots.replacing(slot: row.id, by: row)
        case .put(.keyring(let row)): keySlots = KeySlots(slots: keySlots.slots, keyring: row.sealed)
        case .removed(.unlockMethod, let cells): unlockMethods.removeAll { cells.first == .text($0.id) }
        case .removed(.keySlot, let cells):
            if case .text(let id)? = cells.first { keySlots = keySlots.replacing(slot: id, by: nil) }
        default: return false
        }
        return true
    }

    /// Slots that were changed or are missing: their secrets may no longer open the vault.
    var damagedSlots: [String] {
        let known = Dictionary(keySlots.slots.map { ($0.id, $0) }) { first, _ in first }
        return unlockMethods.filter { method in
            guard let row = known[method.id] else { return true }
            return (try? sealer.digest(of: row)) != method.slotDigest
        }.map(\.id)
    }

    /// Throws if there is a slot that the vault did not write.
    func checkNoOtherSlots() throws(VaultError) {
        let ids = Set(unlockMethods.map(\.id))
        if let other = keySlots.slots.first(where: { !ids.contains($0.id) }) {
            throw VaultError(
                .damaged, "the vault has a key slot '\(other.id)' that was removed, or that it never made",
                hint: Vault.restoreHint)
        }
    }
}

extension Vault {
    /// All unlock methods, by number.
    package var unlockMethods: [UnlockMethod] { keys.withLock { $0.unlockMethods } }

    /// Differs after each change of the keys.
    package var keyRevision: Int { keys.withLock { $0.revision } }

    /// The IDs of damaged or missing key slots.
    package var damagedSlots: [String] { keys.withLock { $0 }.damagedSlots }

    /// Adds an unlock method. The new slot is opened once with its secret before it is saved; other slots are not
    /// touched.
    ///
    /// For a passphrase this takes scrypt's time and memory, twice.
    package func addUnlockMethod(
        _ new: UnlockKey, at now: Timestamp, scrypt: ScryptParameters = .standard,
        recording event: @escaping @Sendable (UnlockMethod) -> AuditEvent? = { _ in nil }
    ) async throws(VaultError) -> UnlockMethod {
        let old = keys.withLock { $0 }
        guard old.unlockMethods.count < Self.mostUnlockMethods else {
            throw VaultError(
                .ended, "there already are \(Self.mostUnlockMethods) key slots", hint: "keyturn key remove SLOT")
        }
        let (method, row) = try await prepared {
            try old.made(new, id: old.unlockMethods.nextID, at: now, scrypt: scrypt)
        }
        try await changeKeys(since: old, recording: event(method)) { transaction in
            try transaction.put(row: row)
            try transaction.put(method)
        }
        return method
    }

    /// Removes an unlock method: generates a new keyring key and wraps it for each of the others. A copy of the removed
    /// slot no longer opens anything, except copies of the vault's file from before.
    package func removeUnlockMethod(_ id: String, recording event: AuditEvent? = nil) async throws(VaultError) {
        let old = keys.withLock { $0 }
        try old.unlockMethods.checkRemoving(id)
        let new = try await prepared { try old.without(id) }
        try await changeKeys(since: old, recording: event) { transaction in
            try transaction.remove(from: .keySlot, id: id)
            try transaction.remove(from: .unlockMethod, id: id)
            for slot in new.keySlots.slots { try transaction.put(row: slot) }
            for method in new.unlockMethods { try transaction.put(method) }
            try transaction.put(keyring: new.keySlots.keyring)
            transaction.replaceSecrets(by: new.secrets)
        }
    }

    private static let mostUnlockMethods = 32

    /// Commits a change of the keys, if the stored keys are still those that it is based on.
    func changeKeys(
        since old: VaultKeys, recording event: AuditEvent? = nil,
        _ body: @escaping @Sendable (inout SealedTransaction) throws -> Void
    ) async throws(VaultError) {
        try await change(recording: event) { transaction in
            guard try KeySlots(transaction.store) == old.keySlots else {
                throw VaultError(
                    .busy, "the vault's keys were changed at the same moment; nothing was changed",
                    hint: "repeat the command")
            }
            try body(&transaction)
        }
    }

    func prepared<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws(VaultError) -> Result {
        do { return try await offThePool(body) } catch { throw VaultError(translating: error) }
    }
}

extension VaultKeys {
    /// An unlock method and its slot, which was opened once with its secret.
    func made(
        _ new: UnlockKey, id: String, at now: Timestamp, scrypt: ScryptParameters
    ) throws -> (UnlockMethod, SealedRow) {
        let recipient = try SlotRecipient(id: id, for: new.secret, scrypt: scrypt)
        let slot = try recipient.wrap(keyringKey.bytes)
        guard try KeySlot(bytes: slot.bytes).unwrap(with: new.secret).constantTimeEquals(keyringKey.bytes) else {
            throw VaultError(.library, "a new key slot could not be opened; nothing was changed")
        }
        let row = SealedRow(slot)
        return (
            UnlockMethod(
                id: id, kind: new.secret.kind, createdAt: now, slotDigest: try sealer.digest(of: row),
                recipient: recipient), row
        )
    }

    /// A new keyring key, for all unlock methods but one.
    fileprivate func without(_ id: String) throws -> VaultKeys {
        let key = SecretBox(try Random.secret().kept())
        var slots: [SealedRow] = []
        let unlockMethods = try unlockMethods.filter { $0.id != id }.map { method in
            let row = SealedRow(try method.recipient.wrap(key.bytes))
            slots.append(row)
            return UnlockMethod(
                id: method.id, kind: method.kind, createdAt: method.createdAt, slotDigest: try sealer.digest(of: row),
                recipient: method.recipient)
        }
        return VaultKeys(
            KeySecrets(sealer: sealer, keyringKey: key),
            keySlots: KeySlots(slots: slots, keyring: try sealer.keyring.proven(under: key.bytes)),
            unlockMethods: unlockMethods)
    }
}

extension Keyring {
    /// The keyring in its stored form, after it was opened once and compared.
    func proven(under keyringKey: borrowing SecretBytes) throws(EnvelopeError) -> [UInt8] {
        let sealed = try sealed(under: keyringKey)
        guard try Keyring(opening: sealed, under: keyringKey).isSame(as: self) else { throw .damaged }
        return sealed
    }
}
