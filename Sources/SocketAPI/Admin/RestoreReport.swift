package import Names
package import SecretJSON

/// What `keyturnd restore` did.
package struct RestoreReport: Equatable, Sendable, WireDocument {
    package let vault: String
    package let backup: String
    /// How often the vault had been written when the backup was taken; `nil` when it does not say.
    package let commits: Int?
    /// None of these is handed out before Zoom has taken it.
    package let apps: [AppGeneration]
    /// Apps of which the audit log tells that they got a new secret after the backup was taken.
    package let rotatedSince: [Name]
    /// Where the files are now that were in the way; `nil` when there were none.
    package let movedAside: String?

    package init(
        vault: String, backup: String, commits: Int?, apps: [AppGeneration], rotatedSince: [Name], movedAside: String?
    ) {
        self.vault = vault
        self.backup = backup
        self.commits = commits
        self.apps = apps
        self.rotatedSince = rotatedSince
        self.movedAside = movedAside
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("vault", vault)
        json.member("backup", backup)
        json.key("commits")
        if let commits { json.integer(commits) } else { json.null() }
        json.member("apps", list: apps)
        json.member("rotated_since", texts: rotatedSince.map(\.description))
        json.member("moved_aside", orNull: movedAside)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        var rotated: [Name] = []
        for text in try document.texts("rotated_since", of: node) {
            guard let name = Name(text) else { throw JSONError(.outOfRange, member: "rotated_since") }
            rotated.append(name)
        }
        self.init(
            vault: try document.text("vault", of: node), backup: try document.text("backup", of: node),
            commits: try document.optionalNumber("commits", of: node), apps: try document.list("apps", of: node),
            rotatedSince: rotated, movedAside: try document.optionalText("moved_aside", of: node))
    }
}
