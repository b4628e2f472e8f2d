import Domain
import SocketAPI
package import Vault

extension StartError {
    /// What the vault could not do, as an exit status. The only place where that is decided for `keyturnd`.
    package init(_ error: VaultError) {
        let status: ExitStatus =
            switch error.code {
            case .exists, .ended, .wrongKey, .mistyped, .unfit, .damaged, .rolledBack: .badData
            case .notFound: .notFound
            case .library: .internal
            case .closed: .unavailable
            case .busy: .temporary
            case .refused: .upstreamFailed
            case .store(let code):
                switch code {
                case .missing: .notFound
                case .inUse: .temporary
                case .exists, .notServed, .notAVault, .newerSchema, .newerFormat, .damaged, .rolledBack: .badData
                case .notPermitted: .notPermitted
                case .readOnly, .diskFull, .gone, .inputOutput: .inputOutput
                case .unavailable, .undecided: .unavailable
                case .untrusted: .configuration
                case .closed, .library: .internal
                }
            }
        self.init(status, error.advice)
    }
}

extension StartError {
    /// What a command that works without the daemon could not do.
    init(offline error: any Error) {
        switch error {
        case let error as StartError: self = error
        case let error as VaultError: self.init(error)
        case let error as StoreError where error.code == .inUse && error.hint == error.code.hint:
            self.init(
                .temporary, "a daemon serves this vault",
                hint: "keyturn status; or stop it first: systemctl stop keyturnd")
        case let error as StoreError: self.init(VaultError(error))
        default: self.init(.internal, "an unexpected error: \(type(of: error))")
        }
    }
}
