package import Domain
package import Vault

/// When a token is served, refreshed and minted. A function of what is known, with no clock of its own.
package enum TokenPolicy {
    package enum Decision: Equatable, Sendable {
        case serve
        /// Good for this caller, and old enough for its successor to be fetched meanwhile.
        case serveAndRefresh
        case mint
    }

    package static func decide(_ token: SeenToken?, minTTL: Int, app: String, now: Moment) -> Decision {
        guard let token else { return .mint }
        let left = token.secondsLeft(at: now)
        guard left > 0, left >= minTTL else { return .mint }
        return isDue(token, app: app, now: now) ? .serveAndRefresh : .serve
    }

    /// Whether 75 to 85 % of the token's life is over. Where in between depends on the app, so that the tokens of many
    /// apps that were minted together are not refreshed together.
    package static func isDue(_ token: SeenToken, app: String, now: Moment) -> Bool {
        secondsUntilDue(token, app: app, now: now) <= 0
    }

    /// Seconds until that is so; 0 or less when it is.
    package static func secondsUntilDue(_ token: SeenToken, app: String, now: Moment) -> Int {
        let lifetime = token.token.expiresAt - token.token.issuedAt
        // At least a second of it must be over: a token that was due as it came would be minted in a loop.
        return token.secondsLeft(at: now) - lifetime + max(lifetime * splayedPercent(app) / 100, 1)
    }

    private static func splayedPercent(_ app: String) -> Int {
        // FNV-1a: the same for an app in every run, which Swift's own hashing is not.
        let hash = app.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return 75 + Int(hash % 11)
    }
}
