package import Domain

/// Why a vault operation failed. Contains no secret.
package struct VaultError: Advised, Error, Equatable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        case exists
        case notFound
        /// A rotation of the app is running.
        case busy
        /// The object to change has already ended.
        case ended
        /// Zoom refuses the value to be stored.
        case refused
        /// The secret opens no key slot.
        case wrongKey
        /// A recovery key that fails its own checksum.
        case mistyped
        /// A secret that is too weak for a vault, such as a short passphrase.
        case unfit
        /// A seal cannot be opened, or the rows are not those that the vault wrote.
        case damaged
        /// The audit log names commits that the vault lacks: it is an older copy of itself.
        case rolledBack
        /// The vault was locked while the operation waited for its turn.
        case closed
        case store(StoreError.Code)
        case library
    }

    package let code: Code
    package let advice: Advice

    package init(_ code: Code, _ advice: Advice) {
        self.code = code
        self.advice = advice
    }

    package init(_ code: Code, _ detail: String, hint: String? = nil) {
        self.init(code, Advice(detail, try: hint))
    }

    package init(_ error: StoreError) {
        self.init(error.code == .rolledBack ? .rolledBack : .store(error.code), error.advice)
    }

    package var description: String { detail }

    /// An app at Zoom is to be stored a second time.
    static func isStored(as name: Name) -> VaultError {
        VaultError(
            .exists,
            "app '\(name)' has this account ID and client ID already, and a rotation of either app would revoke the secret "
                + "of the other",
            hint: "let more clients fetch '\(name)': keyturn client add NAME --uid UID --allow \(name):credentials")
    }
}
