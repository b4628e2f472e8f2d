extension ZoomClient {
    /// What a token must carry to change the client secret. [doc]
    package static let rotationScope = "marketplace:update:client_secret"

    /// Mints a token that may change the client secret. Zoom's pages disagree on which grant gives one [doc]: the
    /// remembered grant is tried first, else `client_credentials`, and then the other one.
    ///
    /// A token whose `scope` Zoom left out is taken if no other one is better: Zoom leaves it out for a while after an app
    /// was changed [seen], and the call itself refuses for lack of the scope without changing anything. For the same
    /// reason the grant is worth remembering only once the call succeeded.
    ///
    /// Makes two calls at most; a refusal of the credentials ends it after the first. When no grant brings the scope,
    /// throws ``ZoomFailure/Cause/missingScopes(_:)``: this app can be rotated by hand only.
    package func rotationToken(
        credentials: ZoomCredentials, remembered: Grant? = nil, at endpoints: ZoomEndpoints
    ) async throws(ZoomFailure) -> (token: ZoomToken, grant: Grant) {
        let first = remembered ?? .clientCredentials
        var silent: (token: ZoomToken, grant: Grant)?
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
                    .permanent, .missingScopes([Self.rotationScope]), trackingID: token.trackingID)
            } catch {
                // A grant that the app may not use says nothing about the other one.
                guard error.cause == .unsupportedGrant || silent != nil else { throw error }
                refusal = refusal ?? error
            }
        }
        if let silent { return silent }
        throw refusal ?? ZoomFailure(.permanent, .missingScopes([Self.rotationScope]))
    }
}
