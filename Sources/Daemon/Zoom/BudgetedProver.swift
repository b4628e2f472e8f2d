import Domain
import Rotation
import SecretMemory
import Tokens
import Vault

/// Verifies an app's current secret within the app's shared budget of attempts, and saves the token. A new secret is
/// different: the rotation itself counts its attempts.
struct BudgetedProver: SecretProver {
    let base: any SecretProver
    let tokens: TokenKeeper
    let catalog: Catalog

    func prove(_ secret: SecretBox, of app: App) async -> Proof {
        guard let entry = catalog.app(app.name), entry.app.id == app.id,
            entry.credential.clientSecret.bytes.constantTimeEquals(secret.bytes)
        else { return await base.prove(secret, of: app) }
        do throws(TokenFailure) {
            _ = try await tokens.attempt(app.name)
            return .accepted
        } catch {
            switch error {
            case .refused(let failure, _): return .refused(reason: failure.reason)
            case .unavailable(let failure, let retryAfter):
                return .later(retryAfter: retryAfter, reason: failure.reason)
            case .noSuchApp, .tooShort: return .later(retryAfter: nil, reason: "the app was removed")
            }
        }
    }
}

extension IssueFailure {
    fileprivate var reason: FailureReason { FailureReason(detail, trackingID: trackingID) }
}
