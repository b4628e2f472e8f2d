package import Names
package import SecretJSON
package import Times

/// What `keyturnd restore` did.
package struct RestoreReport: Equatable, Sendable, WireDocument {
    /// A secret that was made after the backup was taken, and is not in it.
    package struct NewerSecret: Equatable, Sendable, WireDocument {
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

        package func writeMembers(to json: inout JSONWriter) {
            json.member("app", app.description)
            json.member("restored_generation", restored)
            json.member("newest_generation", newest)
            json.member("made_at", orNull: madeAt?.description)
            json.member("restored_valid_until", orNull: restoredUntil?.description)
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            self.init(
                app: try document.name("app", of: node), restored: try document.number("restored_generation", of: node),
                newest: try document.number("newest_generation", of: node),
                madeAt: try document.optionalTime("made_at", of: node),
                restoredUntil: try document.optionalTime("restored_valid_until", of: node))
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

    package func writeMembers(to json: inout JSONWriter) {
        json.member("vault", vault)
        json.member("backup", backup)
        json.key("commits")
        if let commits { json.integer(commits) } else { json.null() }
        json.member("apps", list: apps)
        json.member("rotated_since", texts: newerSecrets.map(\.app.description))
        json.member("newer_secrets", list: newerSecrets)
        json.member("moved_aside", orNull: movedAside)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            vault: try document.text("vault", of: node), backup: try document.text("backup", of: node),
            commits: try document.optionalNumber("commits", of: node), apps: try document.list("apps", of: node),
            newerSecrets: try document.list("newer_secrets", of: node),
            movedAside: try document.optionalText("moved_aside", of: node))
    }
}
