import Domain
package import SocketAPI

/// Zoom's response to the entered values, and how to continue without entering everything again.
package struct VerificationAdvice: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable {
        /// All requirements of PingFederate's connector are met.
        case ready
        /// Something must be fixed in the Marketplace or on this host; then the same values are tried again.
        case again
        /// These values must be entered again; the others stay.
        case enter([MarketplaceField])
    }

    package let outcome: Outcome
    /// What is wrong, and where to fix it: one line each.
    package let words: [String]
    /// Whether the app can be stored as it is.
    package let maySkip: Bool

    /// - Parameter verification: the result to explain.
    package init(_ verification: CheckResults) {
        func check(_ name: CheckName) -> CheckResult? { verification.checks.first { $0.check == name } }
        if let token = check(.token), token.outcome == .failed {
            self.init(token: token)
        } else if let scopes = check(.scopes), scopes.outcome == .failed {
            let lines = scopes.missing.map { scope in
                "  \(scope.scope), or granular: \(scope.granular.joined(separator: ", "))"
            }
            self.init(
                .again,
                [
                    "Zoom accepts the credentials, but \(counted(scopes.missing.count, "scope is", "scopes are")) not ticked:"
                ] + lines + [
                    "tick in the Marketplace: the app > Scopes > Add Scopes > Done;"
                        + " only the account's owner can tick scopes with 'master' in the name"
                ], maySkip: true)
        } else if let scopes = check(.scopes), scopes.outcome == .skipped {
            self.init(
                .again,
                [
                    "Zoom accepts the credentials, but does not say yet which scopes the app has",
                    "after a change in the Marketplace this takes up to a minute",
                ], maySkip: true)
        } else if let scim = check(.scim), scim.outcome == .failed {
            self.init(.again, ["SCIM does not work: \(scim.detail)"] + (scim.hint.map { [$0] } ?? []), maySkip: true)
        } else {
            self.init(.ready, [], maySkip: false)
        }
    }

    private init(token: CheckResult) {
        switch token.cause?.known {
        case .appDisabled:
            self.init(
                .again,
                [
                    "Zoom knows these credentials, but the app is not activated",
                    "activate it in the Marketplace: the app > Activation > Activate your app;"
                        + " if the button is grey, something is missing on the page Information, such as the company name",
                ], maySkip: false)
        case .wrongAccount:
            self.init(
                .enter([.accountID]),
                [
                    "client ID and client secret are right, but Zoom refuses the account ID",
                    "copy it again: the app > App Credentials > Account ID",
                ], maySkip: false)
        case .invalidClient:
            self.init(
                .enter([.clientID, .clientSecret]),
                [
                    ZoomCause.invalidClient.meaning,
                    "copy both again: the app > App Credentials; the client ID is easily confused with the account ID beside it",
                ], maySkip: false)
        case .unsupportedGrant:
            self.init(
                .enter([.accountID, .clientID, .clientSecret]),
                [
                    "this app cannot get such tokens: it has another type",
                    "make a Server-to-Server OAuth app, and enter its credentials",
                ], maySkip: false)
        default:
            self.init(.again, [token.detail] + (token.hint.map { [$0] } ?? []), maySkip: false)
        }
    }

    private init(_ outcome: Outcome, _ words: [String], maySkip: Bool) {
        self.outcome = outcome
        self.words = words
        self.maySkip = maySkip
    }
}
