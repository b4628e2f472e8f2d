import Domain
import Envelope
import SecretMemory
import System

/// The stored key slots of a vault, and the keyring that each of them leads to.
struct KeySlots: Sendable, Equatable {
    /// Rows of ``SealedTable/keySlot``.
    let slots: [SealedRow]
    /// The sealed keyring.
    let keyring: [UInt8]

    init(slots: [SealedRow], keyring: [UInt8]) {
        self.slots = slots
        self.keyring = keyring
    }

    init(_ transaction: any StoreTransaction) throws {
        var slots: [SealedRow] = []
        try transaction.forEachRow(in: .keySlot) { slots.append($0) }
        guard let row = try transaction.row(in: .keyring, id: Vault.keyringID) else {
            throw VaultError(.damaged, "the vault has no keyring", hint: Vault.restoreHint)
        }
        self.init(slots: slots, keyring: row.sealed)
    }

    /// A copy with the slot of that ID replaced or removed. In the order of the store.
    func replacing(slot id: String, by row: SealedRow?) -> KeySlots {
        let others = slots.filter { $0.id != id }
        let slots = (others + [row].compactMap(\.self)).sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        return KeySlots(slots: slots, keyring: keyring)
    }

    var kinds: [UnlockMethodKind] {
        slots.compactMap { row in
            guard case .text(let kind) = row.cells[1] else { return nil }
            return UnlockMethodKind(rawValue: kind)
        }
    }

    /// The keys for rows, opened through the first slot that the secret fits, and that slot's content.
    struct Opened: Sendable {
        let sealer: Sealer
        let keyringKey: SecretBox
        let slot: KeySlot
    }

    func open(with unlockKey: UnlockKey) async throws -> Opened { try await offThePool { try unwrap(with: unlockKey) } }

    /// A slot counts as one of the secret's kind by its row's column or by its own content, so that a changed row is
    /// detected.
    private func unwrap(with unlockKey: UnlockKey) throws -> Opened {
        let wanted = unlockKey.secret.kind
        let words = wanted.words
        var damaged = false
        var found = false
        var stranger: EnvelopeError?
        for row in slots {
            let slot = try? KeySlot(bytes: row.sealed)
            let column = row.cells[1]
            guard column == .text(wanted.rawValue) || slot?.kind == wanted else { continue }
            found = true
            guard let slot, slot.id == row.id, column == .text(slot.kind.rawValue) else {
                damaged = true
                continue
            }
            let key: SecretBytes
            do throws(EnvelopeError) { key = try slot.unwrap(with: unlockKey.secret) } catch {
                switch error {
                case .wrongKey, .outOfRange: continue
                default: throw error
                }
            }
            // A slot from before another one was removed, or of another vault, contains a key that does not open this
            // keyring.
            do throws(EnvelopeError) {
                let sealer = Sealer(keyring: try Keyring(opening: keyring, under: key))
                return Opened(sealer: sealer, keyringKey: SecretBox(key.kept()), slot: slot)
            } catch {
                stranger = error
            }
        }
        if let stranger { throw VaultError(.damaged, "the vault's keyring: \(stranger)", hint: Vault.restoreHint) }
        guard !damaged else {
            throw VaultError(.damaged, "the vault's key slot for the \(words) is damaged", hint: Vault.restoreHint)
        }
        guard found else {
            throw VaultError(
                .wrongKey, "the vault has no key slot for a \(words)",
                hint: "use another unlock key, such as the recovery key")
        }
        throw VaultError(
            .wrongKey, "the \(words) does not open any key slot of the vault",
            hint: "use the one that this vault was created with, or the recovery key")
    }
}
