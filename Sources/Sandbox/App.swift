package import FoundationEssentials

/// A Server-to-Server OAuth app as the sandbox knows it.
package struct App: Sendable {
    /// Identifies the app inside tokens; never reused.
    let number: UInt64
    package let accountID: String
    package let clientID: String
    package let marketplaceAppID: String
    package let owner: String
    package private(set) var active: Bool
    package private(set) var scopes: [String]
    package private(set) var scopesChanged: Date
    package var secrets: ClientSecrets
    private var scheduleChanges: [Date] = []

    private var scopeSets = ScopeSets()
    /// Tokens with serials up to this one are invalid: the app was deactivated after they were minted. [doc]
    private var deadUpTo: UInt64 = 0
    private var latestToken: UInt64 = 0
    /// The serials of tokens that were revoked individually, with their expiry.
    private var revokedTokens: [UInt64: Int] = [:]

    /// Three changes in fifteen minutes. [doc]
    static let throttleWindow: Double = 15 * 60
    static let throttleCount = 3
    private static let keptRevocations = 100_000

    init(number: UInt64, profile: AppProfile, at now: Date, random: inout some RandomNumberGenerator) {
        self.number = number
        accountID = profile.accountID ?? Identifiers.id(&random)
        clientID = profile.clientID ?? Identifiers.id(&random)
        marketplaceAppID = profile.marketplaceAppID ?? Identifiers.id(&random)
        owner = profile.owner ?? "owner@example.com"
        active = profile.active ?? true
        scopes = profile.scopes ?? Scopes.standard
        scopesChanged = now
        secrets = ClientSecrets(
            first: profile.clientSecret ?? Identifiers.secret(&random), id: Identifiers.id(&random), at: now)
    }

    mutating func activate() { active = true }

    /// Invalidates every token minted so far, for good.
    mutating func deactivate() {
        active = false
        deadUpTo = latestToken
    }

    mutating func setScopes(_ new: [String], at now: Date) {
        scopes = new
        scopesChanged = now
    }

    /// Whether another change of the rotation schedule is refused for now.
    func isThrottled(at now: Date) -> Bool { scheduleChanges(at: now).count >= Self.throttleCount }

    mutating func noteScheduleChange(at now: Date) { scheduleChanges = scheduleChanges(at: now) + [now] }

    /// When the rotation schedule was changed, as far as the throttle still counts it.
    func scheduleChanges(at now: Date) -> [Date] {
        scheduleChanges.filter { now.timeIntervalSince($0) < Self.throttleWindow }
    }

    mutating func mint(grant: Grant, scopes: [String], expires: Int, serial: UInt64) -> Token {
        latestToken = serial
        let set = scopeSets.index(of: scopes)
        return Token(app: number, grant: grant, scopeSet: set, expires: expires, serial: serial)
    }

    func scopes(of token: Token) -> [String] { scopeSets[token.scopeSet] }

    /// Whether the token is valid, expiry apart. `single`: only the latest token is, as before June 2023.
    func accepts(_ token: Token, single: Bool) -> Bool {
        active && token.serial > deadUpTo && revokedTokens[token.serial] == nil
            && (!single || token.serial == latestToken)
    }

    mutating func revoke(_ token: Token, at now: Int) {
        if revokedTokens.count >= Self.keptRevocations { revokedTokens = revokedTokens.filter { $0.value > now } }
        if revokedTokens.count < Self.keptRevocations { revokedTokens[token.serial] = token.expires }
    }
}
