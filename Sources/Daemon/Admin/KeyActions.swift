import Audit
import Domain
import Envelope
import Health
import Maintenance
import SecretMemory
import SocketAPI
import Vault

/// Operators' requests about the vault's keys: unlock methods, and the key epoch of rows.
struct KeyActions {
    let session: VaultController.Session
    let gate: VaultController
    /// The unlock key that the daemon uses at its start.
    let source: UnlockSource?
    let time: any TimeSource
    let audited: AuditedAction?

    func remove(_ slot: String, force: Bool) async throws(Problem) {
        if !force { try await checkNotNeeded(slot) }
        try await asProblem { () throws(VaultError) in
            try await session.vault.removeUnlockMethod(slot, recording: audited?.done)
        }
        session.keys.poll()
    }

    func rotate() async throws(Problem) -> KeyList {
        try await asProblem { () throws(VaultError) in try await session.keys.rotate(recording: audited?.done) }
        return list
    }

    /// Without `--force`, refuses to remove the slot that the next start needs.
    private func checkNotNeeded(_ slot: String) async throws(Problem) {
        guard session.vault.unlockMethods.contains(where: { $0.id == slot }) else { return }
        if let source,
            let opened = try? await source.slot({ key throws(VaultError) in try await gate.slot(openedBy: key) }),
            opened.id == slot
        {
            throw Problem(
                .conflict,
                "the daemon starts with key slot \(slot), which \(source.name) opens: the next start would fail without it",
                try: "keyturn key add, and make the daemon start with that key; or: keyturn key remove \(slot) --force")
        }
        guard session.vault.openedBy == slot else { return }
        throw Problem(
            .conflict, "key slot \(slot) unlocked the vault that is being served",
            try: "unlock with another key slot first; or: keyturn key remove \(slot) --force")
    }

    var list: KeyList {
        let damaged = Set(session.vault.damagedSlots)
        return KeyList(
            epoch: session.vault.keyEpoch, resealing: session.keys.progress.map(ResealingDocument.init),
            waiting: session.keys.trouble,
            slots: session.vault.unlockMethods.map {
                KeyList.Slot($0, isDamaged: damaged.contains($0.id), isInUse: $0.id == session.vault.openedBy)
            })
    }

    func add(_ wanted: consuming NewKeyRequest) async throws(Problem) -> KeyAdded {
        let added: KeyAdded
        do throws(VaultError) {
            switch consume wanted {
            case .passphrase(let passphrase):
                added = KeyAdded(slot: try await add(UnlockKey(.passphrase(passphrase))), recoveryKey: nil)
            case .keyFile(let digits):
                guard let content = digits.withSpan({ SecretBytes(hexadecimal: $0) }) else {
                    throw VaultError(.unfit, "key_file is not hexadecimal")
                }
                added = KeyAdded(slot: try await add(UnlockKey(.keyFile(content))), recoveryKey: nil)
            case .recoveryKey:
                let key: SecretBytes
                do { key = try RecoveryKey.generate().rendered() } catch {
                    throw VaultError(.library, "no recovery key: \(error)")
                }
                added = KeyAdded(slot: try await add(UnlockKey(typedRecoveryKey: key)), recoveryKey: key)
            }
        } catch {
            throw Problem(error)
        }
        session.keys.poll()
        return added
    }

    private func add(_ unlockKey: UnlockKey) async throws(VaultError) -> KeyList.Slot {
        let method = try await session.vault.addUnlockMethod(unlockKey, at: time.now.wall) { [audited] method in
            audited?.event(.done, about: [("slot", .text(method.id)), ("unlock_method", .text(method.kind.rawValue))])
        }
        return KeyList.Slot(method, isDamaged: false, isInUse: false)
    }
}

extension KeyList.Slot {
    init(_ method: UnlockMethod, isDamaged: Bool, isInUse: Bool) {
        self.init(
            slot: method.id, kind: method.kind, state: isDamaged ? .damaged : .ok,
            createdAt: method.createdAt,
            scrypt: method.recipient.scrypt.map { Cost(logN: Int($0.logN), r: Int($0.r), p: Int($0.p)) },
            isInUse: isInUse)
    }
}
