package import SecretJSON

/// The result of `keyturnd migrate`.
package struct MigrationReport: Equatable, Sendable, ListedDocument {
    package let from: String
    package let to: String
    /// How many times the vault was written.
    package let commits: Int?
    package let rows: Int
    package let apps: [AppGeneration]
    /// The directory with the old files; `nil` when the old vault is a database, or was left by an earlier run.
    package let movedAside: String?

    package init(
        from: String, to: String, commits: Int?, rows: Int, apps: [AppGeneration], movedAside: String?
    ) {
        (self.from, self.to, self.commits, self.rows) = (from, to, commits, rows)
        (self.apps, self.movedAside) = (apps, movedAside)
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        from = try members("from", \.from)
        to = try members("to", \.to)
        commits = try members.orNull("commits", \.commits)
        rows = try members("rows", \.rows)
        apps = try members("apps", \.apps)
        movedAside = try members.orNull("moved_aside", \.movedAside)
    }
}
