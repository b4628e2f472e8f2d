package import Domain
package import SecretJSON

/// The result of `keyturnd check`: the vault's contents, and its problems, worst first.
package struct CheckReport: Equatable, Sendable, ListedDocument {
    /// The contents of a vault, as far as they could be read.
    package struct Contents: Equatable, Sendable, MemberList {
        package var rows = 0
        /// `nil` when the vault does not say.
        package var commits: Int?
        package var apps: [AppGeneration] = []
        package init() {}

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            rows = try members("rows", \.rows)
            commits = try members.orNull("commits", \.commits)
            apps = try members("apps", \.apps)
        }
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

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        members.derived("passed", \.findings.isEmpty)
        vault = try members("vault", \.vault)
        contents = try members.inline(\.contents)
        auditLines = try members("audit_lines", \.auditLines)
        findings = try members("findings", \.findings)
    }
}

/// An app, and the generation of its current secret.
package struct AppGeneration: Equatable, Sendable, ListedDocument {
    package let app: Name
    package let generation: Int

    package init(app: Name, generation: Int) {
        self.app = app
        self.generation = generation
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        app = try members("app", \.app)
        generation = try members("generation", \.generation)
    }
}
