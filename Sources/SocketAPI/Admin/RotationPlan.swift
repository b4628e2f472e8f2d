package import Domain
package import SecretJSON

/// What a rotation would do now. To find out, Zoom is asked for tokens only.
package struct RotationPlan: Equatable, Sendable, ListedDocument {
    package let app: Name
    /// The generation that would be replaced.
    package let base: Int
    /// The requests to Zoom, in order.
    package let calls: [String]
    /// When the old secret would expire at Zoom.
    package let oldSecretExpiresAt: Timestamp
    /// The minimum time for which both secrets would work, in seconds.
    package let overlap: Int
    /// The clients that hold the old secret, and would be waited for.
    package let holders: [String]
    /// The push targets that have it, and would get the new one.
    package let targets: [String]
    /// What would stop or delay the rotation.
    package let obstacles: [String]

    package init(
        app: Name, base: Int, calls: [String], oldSecretExpiresAt: Timestamp, overlap: Int, holders: [String],
        targets: [String], obstacles: [String]
    ) {
        self.app = app
        self.base = base
        self.calls = calls
        self.oldSecretExpiresAt = oldSecretExpiresAt
        self.overlap = overlap
        self.holders = holders
        self.targets = targets
        self.obstacles = obstacles
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        app = try members("app", \.app)
        base = try members("base_generation", \.base)
        calls = try members("calls", \.calls)
        oldSecretExpiresAt = try members("old_secret_expires_at", \.oldSecretExpiresAt)
        overlap = try members("overlap", \.overlap)
        holders = try members("holders", \.holders)
        targets = try members("targets", \.targets)
        obstacles = try members("obstacles", \.obstacles)
    }
}
