import Domain

extension ZoomClient {
    /// The scope that a token needs to change the client secret. [doc]
    package static let rotationScope = RequiredScope.rotation

    /// Mints a token that may change the client secret. Zoom's pages disagree on which grant yields one [doc]: the
    /// remembered grant is tried first (`client_credentials` if there is none), then the other one.
    ///
    /// A token whose `scope` Zoom left out is accepted if there is no better one: Zoom leaves it out for a while after
    /// an app was changed [seen], and the call itself refuses for lack of the scope without changing anything. For the
    /// same reason, remember the grant only after the call succeeded.
    ///
    /// Makes at most two calls; stops after the first if Zoom refuses the credentials. When no grant yields the scope,
    /// throws ``ZoomCause/missingScopes``: this app can only be rotated by hand.
    package func rotationToken(
        credentials: ZoomCredentials, remembered: OAuthGrant? = nil, at endpoints: ZoomEndpoints
    ) async throws(ZoomFailure) -> (token: ZoomToken, grant: OAuthGrant) {
        let first = remembered ?? .clientCredentials
        var silent: (token: ZoomToken, grant: OAuthGrant)?
        var refusal: ZoomFailure?
        for grant in [first, first == .clientCredentials ? .accountCredentials : .clientCredentials] {
            do throws(ZoomFailure) {
                let token = try await mint(credentials, grant: grant, at: endpoints)
                guard let scopes = token.scopes else {
                    if grant == remembered { return (token, grant) }
                    silent = silent ?? (token, grant)
                    continue
                }
                if scopes.contains(Self.rotationScope) { return (token, grant) }
                refusal = ZoomFailure(
                    .permanent, .missingScopes, scopes: [Self.rotationScope], trackingID: token.trackingID)
            } catch {
                // A refusal of one grant says nothing about the other.
                guard error.cause == .unsupportedGrant || silent != nil else { throw error }
                refusal = refusal ?? error
            }
        }
        if let silent { return silent }
        throw refusal ?? ZoomFailure(.permanent, .missingScopes, scopes: [Self.rotationScope])
    }
}
