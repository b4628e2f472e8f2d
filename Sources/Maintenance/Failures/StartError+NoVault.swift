package import Doctor
import SocketAPI
package import Vault

extension StartError {
    /// There is no vault where one is expected.
    /// - Parameter error: what the store says.
    package static func noVault(
        _ error: StoreError? = nil, at place: String, _ traces: VaultTraces
    ) -> StartError {
        let error = error ?? StoreError(.missing, "there is no vault at \(place)")
        return traces.advice(at: place).map { StartError(.notFound, $0) } ?? StartError(VaultError(error))
    }
}
