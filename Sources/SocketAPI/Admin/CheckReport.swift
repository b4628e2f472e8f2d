package import Names
package import SecretJSON

/// What `keyturnd check` found: the vault's own account, and what is wrong, worst first.
package struct CheckReport: Equatable, Sendable, WireDocument {
    package struct Finding: Equatable, Sendable, WireDocument {
        /// `fatal`, `error` or `warning`.
        package let severity: String
        /// A file or directory.
        package let place: String
        package let detail: String
        package let hint: String?

        package init(severity: String, place: String, detail: String, try hint: String?) {
            self.severity = severity
            self.place = place
            self.detail = detail
            self.hint = hint
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("severity", severity)
            json.member("place", place)
            json.member("detail", detail)
            if let hint { json.member("try", hint) }
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            self.init(
                severity: try document.text("severity", of: node), place: try document.text("place", of: node),
                detail: try document.text("detail", of: node), try: try document.optionalText("try", of: node))
        }
    }

    /// What is in a vault, as far as it could be read.
    package struct Contents: Equatable, Sendable {
        package var rows = 0
        /// `nil` when the vault does not say.
        package var commits: Int?
        package var apps: [AppGeneration] = []
        package init() {}
    }

    package let vault: String
    package let contents: Contents
    package let auditLines: Int
    package let findings: [Finding]

    package init(vault: String, contents: Contents, auditLines: Int, findings: [Finding]) {
        self.vault = vault
        self.contents = contents
        self.auditLines = auditLines
        self.findings = findings
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("passed", findings.isEmpty)
        json.member("vault", vault)
        json.member("rows", contents.rows)
        json.key("commits")
        if let commits = contents.commits { json.integer(commits) } else { json.null() }
        json.member("apps", list: contents.apps)
        json.member("audit_lines", auditLines)
        json.member("findings", list: findings)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        var contents = Contents()
        contents.rows = try document.number("rows", of: node)
        contents.commits = try document.optionalNumber("commits", of: node)
        contents.apps = try document.list("apps", of: node)
        self.init(
            vault: try document.text("vault", of: node), contents: contents,
            auditLines: try document.number("audit_lines", of: node),
            findings: try document.list("findings", of: node))
    }
}

/// An app, and the generation of the secret that is current.
package struct AppGeneration: Equatable, Sendable, WireDocument {
    package let app: Name
    package let generation: Int

    package init(app: Name, generation: Int) {
        self.app = app
        self.generation = generation
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("app", app.description)
        json.member("generation", generation)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(app: try document.name("app", of: node), generation: try document.number("generation", of: node))
    }
}
