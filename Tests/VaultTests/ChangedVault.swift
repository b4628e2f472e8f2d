import SecretMemory
import TestSupport
import Testing
import Vault

/// A new vault, to be changed.
struct ChangedVault {
    let store = MemoryStore()
    let time = ManualTime()
    let vault: Vault

    init() async throws {
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        vault = try await Vault.open(store, with: .keyFile(), time: time)
    }

    /// Whether the next process would serve what this one serves.
    var isDurable: Bool {
        get async { await FilledVault.opened(store.reopened(), time: time) == .success(VaultPicture(vault)) }
    }
}

/// Why a change was refused; `nil` when it was not.
func code(_ body: () async throws -> Void) async -> VaultError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? VaultError)?.code
    }
}
