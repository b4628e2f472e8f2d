package import Domain
package import SecretJSON

/// The result of `keyturnd restore`.
package struct RestoreReport: Equatable, Sendable, ListedDocument {
    /// A secret that was made after the backup, and is not in it.
    package struct NewerSecret: Equatable, Sendable, ListedDocument {
        package let app: Name
        /// The generation in the backup, which will be served.
        package let restored: Int
        /// The highest generation that existed.
        package let newest: Int
        /// When it was made or first seen; `nil` when that is not known.
        package let madeAt: Timestamp?
        /// Until when Zoom accepts the restored secret, as far as is known.
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
    /// How many times the vault had been written when the backup was taken; `nil` when the backup does not say.
    package let commits: Int?
    /// Each of these is served only once Zoom has accepted its secret.
    package let apps: [AppGeneration]
    /// According to the audit log and the replaced vault.
    package let newerSecrets: [NewerSecret]
    /// The directory with the files that were replaced; `nil` when there were none.
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
