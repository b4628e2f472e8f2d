package import Doctor
import Domain
import SocketAPI
package import Vault

extension StartError {
    /// There is no vault where one is expected.
    /// - Parameter error: what the store says.
    package static func noVault(
        _ error: StoreError? = nil, in storage: any VaultStorage, _ traces: VaultTraces
    ) -> StartError {
        let error = error ?? StoreError(.missing, "there is no vault \(storage.inPlace)")
        return traces.advice(at: storage.place, words: error.detail).map { StartError(.notFound, $0) }
            ?? StartError(VaultError(error))
    }
}
