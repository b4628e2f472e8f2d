package import Domain
package import Vault

/// Decides when a token is served, refreshed or minted. Pure: has no clock of its own.
package enum TokenPolicy {
    package enum Decision: Equatable, Sendable {
        case serve
        /// Valid for this caller, and old enough to fetch its successor meanwhile.
        case serveAndRefresh
        case mint
    }

    package static func decide(_ token: SeenToken?, minTTL: Int, app: String, now: Moment) -> Decision {
        guard let token else { return .mint }
        let left = token.secondsLeft(at: now)
        guard left > 0, left >= minTTL else { return .mint }
        return isDue(token, app: app, now: now) ? .serveAndRefresh : .serve
    }

    /// Whether 75 to 85 % of the token's lifetime have passed. The exact share depends on the app, so that the tokens
    /// of many apps that were minted together are not refreshed together.
    package static func isDue(_ token: SeenToken, app: String, now: Moment) -> Bool {
        secondsUntilDue(token, app: app, now: now) <= 0
    }

    /// Seconds until the token is due; 0 or less when it is.
    package static func secondsUntilDue(_ token: SeenToken, app: String, now: Moment) -> Int {
        let lifetime = token.token.expiresAt - token.token.issuedAt
        // At least one second must have passed: a token that is due on arrival would be minted in a loop.
        return token.secondsLeft(at: now) - lifetime + max(lifetime * splayedPercent(app) / 100, 1)
    }

    private static func splayedPercent(_ app: String) -> Int { 75 + Int(app.fnv1a % 11) }
}
