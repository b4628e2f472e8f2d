package import Names
package import SecretJSON
package import Times

/// What a rotation would do if it began now. Zoom is asked for tokens alone to find out.
package struct RotationPlan: Equatable, Sendable, WireDocument {
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

    package func writeMembers(to json: inout JSONWriter) {
        json.member("app", app.description)
        json.member("base_generation", base)
        json.member("calls", texts: calls)
        json.member("old_secret_dies_at", oldSecretDiesAt.description)
        json.member("overlap", overlap)
        json.member("holders", texts: holders)
        json.member("targets", texts: targets)
        json.member("obstacles", texts: obstacles)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            app: try document.name("app", of: node), base: try document.number("base_generation", of: node),
            calls: try document.texts("calls", of: node),
            oldSecretDiesAt: try document.time("old_secret_dies_at", of: node),
            overlap: try document.number("overlap", of: node), holders: try document.texts("holders", of: node),
            targets: try document.texts("targets", of: node), obstacles: try document.texts("obstacles", of: node))
    }
}
