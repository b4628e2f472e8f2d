package import Doctor
import SocketAPI
import Vault

extension StartError {
    /// There is no vault where one is expected.
    package static func noVault(at path: String, _ traces: VaultTraces) -> StartError {
        traces.advice(at: path).map { StartError(.notFound, $0) }
            ?? StartError(VaultError(StoreError(.missing, "there is no vault at \(path)")))
    }
}
