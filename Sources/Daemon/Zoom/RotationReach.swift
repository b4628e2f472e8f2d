import Domain
import Health
import Scheduling
import SocketAPI
import Vault
import Zoom

/// Whether Zoom would let an app's secret be rotated through its API, as far as can be known without doing it: whether it
/// issues a token with the scope, and whether the Marketplace app ID is known. Call it only with a secret that Zoom has
/// just accepted, so that a refused one is not sent again.
struct RotationReach: Sendable {
    let zoom: ZoomClient
    let now: @Sendable () -> Timestamp

    enum Scope: Equatable, Sendable {
        case granted
        case lacking(ZoomCause)
        /// Zoom could not be asked, or did not say.
        case unknown(String)
    }

    func scope(_ app: App, _ credential: Credential) async -> Scope {
        do {
            let found = try await zoom.rotationToken(
                credentials: ZoomCredentials(
                    accountID: app.accountID, clientID: app.clientID, clientSecret: credential.clientSecret),
                remembered: app.rotationGrant.flatMap { OAuthGrant(rawValue: $0) }, at: try app.environment.endpoints())
            guard let scopes = found.token.scopes else {
                return .unknown("Zoom did not say which scopes the token has")
            }
            return scopes.contains(ZoomClient.rotationScope) ? .granted : .lacking(.missingScopes)
        } catch let failure as ZoomFailure {
            switch failure.cause {
            case .missingScopes, .unsupportedGrant: return .lacking(failure.cause)
            default: return .unknown(failure.description)
            }
        } catch {
            return .unknown("the app's address cannot be used: \(error)")
        }
    }

    /// The form in which it is saved; `nil` when there is no news.
    func remembered(_ scope: Scope) -> SchedulerState.RotationScope? {
        switch scope {
        case .granted: SchedulerState.RotationScope(at: now())
        case .lacking(let lack): SchedulerState.RotationScope(at: now(), lack: lack)
        case .unknown: nil
        }
    }

    /// A failure for an app with automatic rotation, and a warning for any other.
    static func check(_ app: App, _ scope: Scope) -> CheckResult {
        var lacks: [RotationLack] = app.marketplaceAppID == nil ? [.appID(app.name)] : []
        switch scope {
        case .granted: break
        case .lacking(let cause): lacks.append(.scope(cause, app.name))
        case .unknown(let words) where lacks.isEmpty: return .init(.rotation, .skipped, words)
        case .unknown: break
        }
        guard !lacks.isEmpty else {
            return .init(.rotation, .passed, "Zoom issues a token with \(ZoomClient.rotationScope)")
        }
        return .init(
            .rotation, app.policy.every == nil ? .warning : .failed,
            lacks.advice("the secret cannot be rotated through Zoom's API"), cause: lacks.first?.cause)
    }
}
