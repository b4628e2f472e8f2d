package import Domain

extension ZoomCause {
    /// What the log and the status say when Zoom refuses a secret.
    package func advice(on app: Name, because reason: String?, isRotating: Bool) -> Advice {
        let reason = reason ?? meaning
        return switch self {
        case .invalidClient where isRotating: Advice(reason, try: "keyturn app verify \(app)")
        case .invalidClient:
            Advice(
                "\(reason): it was changed or revoked in the Marketplace, or entered wrongly",
                try: "keyturn rotate \(app) --manual; if the cause is fixed: keyturn app verify \(app)")
        case .appDisabled, .unsupportedGrant, .missingScopes, .ssoDisabled, .answerLost:
            Advice(reason, try: fix(app.description))
        default: Advice(reason, try: "\(fix(app.description)); then keyturn app verify \(app)")
        }
    }
}

/// Zoom's refusal of a secret.
package struct SecretRefusal: Equatable, Sendable {
    package let cause: ZoomCause
    package let reason: String
    /// Whether another attempt may succeed.
    package let mayPass: Bool

    /// What to do if the secret is from a backup: waiting does not help.
    package func fixOfRestored(_ app: Name) -> String {
        cause == .appDisabled ? cause.fix(app.description) : Remedy.newSecret(app)
    }
}
