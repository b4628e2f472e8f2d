import Domain
import HTTPTransport
import Health
import SecretMemory
import Tokens
import Vault
import Zoom

/// Zoom as the issuer of tokens: converts between the vault's types and Zoom's.
struct ZoomIssuer: TokenIssuer {
    let zoom: ZoomClient

    func mint(for app: App, with credential: Credential) async throws(IssueFailure) -> MintedToken {
        try await mint(
            at: app.environment, accountID: app.accountID, clientID: app.clientID,
            clientSecret: credential.clientSecret)
    }

    func mint(
        at environment: ZoomEnvironment, accountID: String, clientID: String, clientSecret: SecretBox
    ) async throws(IssueFailure) -> MintedToken {
        do {
            let endpoints = try environment.endpoints()
            let token = try await zoom.mint(
                ZoomCredentials(accountID: accountID, clientID: clientID, clientSecret: clientSecret), at: endpoints)
            return MintedToken(
                accessToken: token.accessToken, tokenType: token.tokenType, lifetime: token.expiresIn,
                scopes: token.scopes, apiURL: (token.apiURL ?? endpoints.apiURL).description)
        } catch let failure as ZoomFailure {
            throw IssueFailure(failure)
        } catch {
            throw IssueFailure(.refused, cause: .badAddress, reason: "the app's address cannot be used: \(error)")
        }
    }
}

extension IssueFailure {
    init(_ failure: ZoomFailure) {
        // Zoom may have minted a token whose answer was lost; another one does no harm, so it is retried later.
        let disposition =
            failure.disposition == .permanent ? Disposition.refused : .later(retryAfter: failure.retryAfter)
        self.init(
            disposition, cause: failure.cause, reason: failure.description, hint: failure.remedy,
            isCounted: failure.countsAsError, trackingID: failure.trackingID)
    }
}
