package import Domain

/// A Zoom Server-to-Server OAuth app, without its secret.
package struct App: Equatable, Sendable {
    /// Which of Zoom's clouds the app lives in, or the addresses of a stand-in.
    package enum Environment: Equatable, Sendable {
        case commercial
        case government
        case custom(tokenURL: String, apiURL: String)
    }

    /// Given once, never used again after the app is gone; the name may be.
    package let id: String
    package let name: Name
    package var accountID: String
    package var clientID: String
    /// A fourth value of Zoom's, not the client ID. Only rotation through Zoom's API needs it.
    package var marketplaceAppID: String?
    package let environment: Environment
    package let createdAt: Timestamp
    package var policy: RotationPolicy
    /// The grant of OAuth whose tokens carry Zoom's scope for rotation, once it was found out.
    package var rotationGrant: String?
    package var profile: AppProfile
    /// The number of its first secret: above those of an app of this name that was removed.
    package var first = Generation.first
    /// Of a vault out of a backup: the generations that were made since.
    package var floor: GenerationFloor?

    package init(
        id: String, name: Name, accountID: String, clientID: String, marketplaceAppID: String?,
        environment: Environment, createdAt: Timestamp, policy: RotationPolicy = RotationPolicy(),
        rotationGrant: String? = nil, profile: AppProfile = AppProfile()
    ) {
        self.id = id
        self.name = name
        self.accountID = accountID
        self.clientID = clientID
        self.marketplaceAppID = marketplaceAppID
        self.environment = environment
        self.createdAt = createdAt
        self.policy = policy
        self.rotationGrant = rotationGrant
        self.profile = profile
    }

    /// Whether Zoom takes both for one: a secret or a token of the one is of the other.
    package func isSame(atZoom other: App) -> Bool { accountID == other.accountID && clientID == other.clientID }
}
