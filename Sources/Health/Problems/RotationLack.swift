package import Domain
package import Vault
import Zoom

/// A condition for rotation through Zoom's API that an app does not meet.
package enum RotationLack: Advised {
    case appID(Name)
    case scope(ZoomCause, Name)

    /// The conditions that can be checked without asking Zoom.
    package static func all(of entry: AppEntry) -> [RotationLack] {
        let app = entry.app
        return [
            app.marketplaceAppID == nil ? .appID(app.name) : nil,
            entry.schedulerState.scope?.lack.map { .scope($0, app.name) },
        ].compactMap(\.self)
    }

    /// One line for each, for an app with automatic rotation.
    package static func warnings(of entry: AppEntry) -> [String] {
        guard entry.app.policy.every != nil else { return [] }
        return all(of: entry).map { "the secret cannot be rotated automatically: \($0.advice)" }
    }

    package var advice: Advice {
        switch self {
        case .appID(let app):
            Advice("the Marketplace app ID is unknown", try: ZoomCause.wrongAppID.fix(app.description))
        case .scope(let cause, let app):
            Advice(
                cause == .unsupportedGrant
                    ? "Zoom issues no token to the app that may change its secret"
                    : "the app lacks the scope \(ZoomClient.rotationScope)",
                try: "tick \(ZoomClient.rotationScope) in the Marketplace (Scopes tab), or rotate with --manual; "
                    + "then keyturn app verify \(app)")
        }
    }

    package var cause: ZoomCause {
        switch self {
        case .appID: .wrongAppID
        case .scope: .missingScopes
        }
    }
}

extension [RotationLack] {
    /// All of them in one line.
    package func advice(_ consequence: String) -> Advice {
        Advice(
            "\(consequence): \(map(\.detail).joined(separator: "; "))",
            try: compactMap(\.hint).joined(separator: "; "))
    }
}
