import Domain
import HTTPTransport
import SecretMemory
import SocketAPI
import Tokens
import Vault
import Zoom

/// Checks what an app's token can do: the scopes that PingFederate's connector needs, and SCIM.
struct Verifier: Sendable {
    let zoom: ZoomClient

    static func token(_ failure: IssueFailure) -> [CheckResult] {
        [
            .init(.token, .failed, failure.advice, cause: failure.cause),
            .init(.scopes, .skipped, "no token to check"),
        ]
    }

    /// Zoom omits the scopes for a while after an app was created or changed: that is not a failure. [seen]
    static func token(lifetime: Int, scopes: [String]?, of app: Name) -> [CheckResult] {
        let minted = CheckResult(
            .token, .passed, "Zoom accepted the credentials; the token is valid for \(lifetime) s")
        guard let scopes else {
            return [
                minted,
                .init(
                    .scopes, .skipped, "Zoom did not say which scopes the token has",
                    try: "keyturn app verify \(app), in a minute"),
            ]
        }
        let missing = RequiredScope.missing(from: scopes)
        guard missing.isEmpty else {
            return [
                minted,
                .init(
                    .scopes, .failed, "missing: \(missing.map(\.description).joined(separator: "; "))",
                    try: ZoomCause.missingScopes.fix(app.description),
                    cause: .missingScopes,
                    missing: missing.map { .init(scope: $0.classic, granular: $0.granular) }),
            ]
        }
        return [minted, .init(.scopes, .passed, "all seven that PingFederate needs are present")]
    }

    /// Lists users over SCIM, as PingFederate does.
    func scim(_ token: SecretBox, api: String) async -> CheckResult {
        do {
            let probe = try await zoom.probeSCIM(token: token, api: try EndpointURL(api))
            return .init(.scim, .passed, "Zoom lists \(counted(probe.totalResults, "user")) over SCIM")
        } catch let failure as ZoomFailure {
            return .init(.scim, .failed, failure.description, try: failure.remedy, cause: failure.cause)
        } catch {
            return .init(.scim, .failed, "Zoom's API address cannot be used: \(error)")
        }
    }
}
