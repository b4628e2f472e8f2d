import SocketAPI
import System
import Vault

/// Files in a state directory without a vault: whether they show that there was one, which a new vault would not bring
/// back.
package struct VaultTraces: Equatable, Sendable {
    /// Names in the state directory that only a vault leaves behind.
    let names: [String]

    private static let telling = ["audit", "spool", "vault.db-wal", "vault.db.lock", "alerts.json"]

    init(names: some Sequence<String>) {
        self.names = names.filter { Self.telling.contains($0) || $0.hasPrefix("replaced-") }.sorted()
    }

    package init(in directory: String) { self.init(names: (try? Files.names(in: directory)) ?? []) }
}

extension StartError {
    /// There is no vault where one is expected. An operator who lost it must not be led to create an empty one instead.
    package static func noVault(at path: String, _ remains: VaultTraces) -> StartError {
        guard !remains.names.isEmpty else {
            return StartError(VaultError(StoreError(.missing, "there is no vault at \(path)")))
        }
        return StartError(
            .notFound,
            "there is no vault at \(path), although there was one: it left \(remains.names.joined(separator: ", "))",
            hint:
                "keyturnd restore FILE, with the newest backup; keyturnd init only if you do not need the old vault"
        )
    }
}
