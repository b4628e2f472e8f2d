package import Domain
package import SecretJSON

/// What a rotation would do if it began now. Zoom is asked for tokens alone to find out.
package struct RotationPlan: Equatable, Sendable, ListedDocument {
    package let app: Name
    /// The generation that would be replaced.
    package let base: Int
    /// What Zoom would be asked, in order.
    package let calls: [String]
    /// When Zoom would kill the old secret at the latest.
    package let oldSecretDiesAt: Timestamp
    /// The least time for which both would work, in seconds.
    package let overlap: Int
    /// Who holds the old secret, and would be waited for.
    package let holders: [String]
    /// The push targets that have it, and would get the new one.
    package let targets: [String]
    /// What stands in the way.
    package let obstacles: [String]

    package init(
        app: Name, base: Int, calls: [String], oldSecretDiesAt: Timestamp, overlap: Int, holders: [String],
        targets: [String], obstacles: [String]
    ) {
        self.app = app
        self.base = base
        self.calls = calls
        self.oldSecretDiesAt = oldSecretDiesAt
        self.overlap = overlap
        self.holders = holders
        self.targets = targets
        self.obstacles = obstacles
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        app = try members("app", \.app)
        base = try members("base_generation", \.base)
        calls = try members("calls", \.calls)
        oldSecretDiesAt = try members("old_secret_dies_at", \.oldSecretDiesAt)
        overlap = try members("overlap", \.overlap)
        holders = try members("holders", \.holders)
        targets = try members("targets", \.targets)
        obstacles = try members("obstacles", \.obstacles)
    }
}
