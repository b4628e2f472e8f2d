/// Why the vault could not do as it was told. Carries no secret.
package struct VaultError: Error, Equatable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        case exists
        case notFound
        /// A rotation of the app is under way.
        case busy
        /// What was to be changed has come to its end already.
        case ended
        /// Zoom does not take what was to be stored.
        case refused
        /// None of the key slots opens with what was given.
        case wrongKey
        /// A recovery key that fails its own checksum.
        case mistyped
        /// A secret that cannot guard a vault, such as too short a passphrase.
        case unfit
        /// A seal does not open, or the rows are not the ones that the vault wrote.
        case damaged
        /// The audit log names commits that the vault has not: it is an older copy of itself.
        case rolledBack
        /// The vault was locked while this waited for its turn.
        case closed
        case store(StoreError.Code)
        case library
    }

    package let code: Code
    package let detail: String
    package let hint: String?

    package init(_ code: Code, _ detail: String, hint: String? = nil) {
        self.code = code
        self.detail = detail
        self.hint = hint
    }

    package init(_ error: StoreError) {
        self.init(.store(error.code), error.description, hint: error.hint)
    }

    package var description: String { detail }
}
