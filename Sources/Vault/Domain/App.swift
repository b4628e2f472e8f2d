package import Domain

/// A Zoom Server-to-Server OAuth app, without its secret.
package struct App: Equatable, Sendable {
    /// Unique, and never reused after the app is removed; the name may be.
    package let id: String
    package let name: Name
    package var accountID: String
    package var clientID: String
    /// Zoom's ID of the app, which is not the client ID. Only rotation through Zoom's API needs it.
    package var marketplaceAppID: String?
    package let environment: ZoomEnvironment
    package let createdAt: Timestamp
    package var policy: RotationPolicy
    /// The OAuth grant whose tokens carry Zoom's scope for rotation, once it is known.
    package var rotationGrant: String?
    package var profile: AppProfile
    package var labels: Labels
    /// The number of its first secret: higher than those of a removed app with this name.
    package var first = Generation.first
    /// In a vault from a backup: the generations that were made since.
    package var floor: GenerationFloor?

    package init(
        id: String, name: Name, accountID: String, clientID: String, marketplaceAppID: String?,
        environment: ZoomEnvironment, createdAt: Timestamp, policy: RotationPolicy = RotationPolicy(),
        rotationGrant: String? = nil, profile: AppProfile = AppProfile(), labels: Labels = Labels()
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
        self.labels = labels
    }

    /// Whether Zoom treats both as one app, so that they share secrets and tokens.
    package func isSame(atZoom other: App) -> Bool { accountID == other.accountID && clientID == other.clientID }

    /// Neither ID contains a space.
    var zoomIdentity: String { "\(accountID) \(clientID)" }
}
