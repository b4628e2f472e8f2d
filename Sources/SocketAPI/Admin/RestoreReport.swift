package import Domain
package import SecretJSON

/// What `keyturnd restore` did.
package struct RestoreReport: Equatable, Sendable, ListedDocument {
    /// A secret that was made after the backup was taken, and is not in it.
    package struct NewerSecret: Equatable, Sendable, ListedDocument {
        package let app: Name
        /// The generation in the backup, which is handed out.
        package let restored: Int
        /// The highest that there was.
        package let newest: Int
        /// When it was made, or first seen; `nil` when that is not known.
        package let madeAt: Timestamp?
        /// Until when Zoom takes the restored one, as far as is known.
        package let restoredUntil: Timestamp?

        package init(app: Name, restored: Int, newest: Int, madeAt: Timestamp?, restoredUntil: Timestamp?) {
            self.app = app
            self.restored = restored
            self.newest = newest
            self.madeAt = madeAt
            self.restoredUntil = restoredUntil
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            app = try members("app", \.app)
            restored = try members("restored_generation", \.restored)
            newest = try members("newest_generation", \.newest)
            madeAt = try members.orNull("made_at", \.madeAt)
            restoredUntil = try members.orNull("restored_valid_until", \.restoredUntil)
        }
    }

    package let vault: String
    package let backup: String
    /// How often the vault had been written when the backup was taken; `nil` when it does not say.
    package let commits: Int?
    /// None of these is handed out before Zoom has taken it.
    package let apps: [AppGeneration]
    /// By the audit log, and by the vault that was replaced.
    package let newerSecrets: [NewerSecret]
    /// Where the files are now that were in the way; `nil` when there were none.
    package let movedAside: String?

    package init(
        vault: String, backup: String, commits: Int?, apps: [AppGeneration], newerSecrets: [NewerSecret],
        movedAside: String?
    ) {
        self.vault = vault
        self.backup = backup
        self.commits = commits
        self.apps = apps
        self.newerSecrets = newerSecrets
        self.movedAside = movedAside
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        vault = try members("vault", \.vault)
        backup = try members("backup", \.backup)
        commits = try members.orNull("commits", \.commits)
        apps = try members("apps", \.apps)
        members.derived("rotated_since") { $0.newerSecrets.map(\.app) }
        newerSecrets = try members("newer_secrets", \.newerSecrets)
        movedAside = try members.orNull("moved_aside", \.movedAside)
    }
}
