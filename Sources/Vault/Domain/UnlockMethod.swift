package import Domain
package import Envelope

/// An unlock method of the vault, without its secret.
package struct UnlockMethod: Sendable {
    /// The ID of its key slot.
    package let id: String
    package let kind: UnlockMethodKind
    /// When it was added.
    package let createdAt: Timestamp
    /// The digest of the key slot as it was last written.
    let slotDigest: SetDigest
    package let recipient: SlotRecipient

    init(id: String, kind: UnlockMethodKind, createdAt: Timestamp, slotDigest: SetDigest, recipient: SlotRecipient) {
        (self.id, self.kind, self.createdAt) = (id, kind, createdAt)
        (self.slotDigest, self.recipient) = (slotDigest, recipient)
    }

    /// In the order of their numbers.
    static func isBefore(_ one: UnlockMethod, _ other: UnlockMethod) -> Bool {
        (Int(one.id) ?? .max, one.id) < (Int(other.id) ?? .max, other.id)
    }
}

extension [UnlockMethod] {
    /// A number that no method has.
    var nextID: String { String((compactMap { Int($0.id) }.max() ?? 0) + 1) }

    /// Throws if the method is the last one, or the last recovery key.
    func checkRemoving(_ id: String) throws(VaultError) {
        guard let method = first(where: { $0.id == id }) else {
            throw VaultError(.notFound, "there is no key slot \(id)", hint: "keyturn key list")
        }
        let rest = filter { $0.id != id }
        guard !rest.isEmpty else {
            throw VaultError(
                .ended, "key slot \(id) is the last one: without it nobody can unlock the vault",
                hint: "keyturn key add --recovery, then repeat the command")
        }
        guard method.kind != .recovery || rest.contains(where: { $0.kind == .recovery }) else {
            throw VaultError(
                .ended, "key slot \(id) is the last recovery key",
                hint: "keyturn key add --recovery, then repeat the command")
        }
    }
}
