package import SecretJSON

/// What `keyturnd check-config --json` prints where a restart would take the settings.
package struct ConfigReport: Equatable, Sendable, ListedDocument {
    /// `nil` where there is no file, and none was named.
    package let file: String?
    /// What is allowed, and does not do what it seems to.
    package let warnings: [String]

    package init(file: String?, warnings: [String]) { (self.file, self.warnings) = (file, warnings) }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        members.derived("valid") { _ in true }
        file = try members.orNull("file", \.file)
        warnings = try members("warnings", \.warnings)
    }
}
