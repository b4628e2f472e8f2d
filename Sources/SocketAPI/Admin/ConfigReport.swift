package import SecretJSON

/// The output of `keyturnd check-config --json` when a restart would accept the settings.
package struct ConfigReport: Equatable, Sendable, ListedDocument {
    /// `nil` when there is no file and none was named.
    package let file: String?
    /// Settings that are allowed, but do not have the effect that they seem to have.
    package let warnings: [String]

    package init(file: String?, warnings: [String]) { (self.file, self.warnings) = (file, warnings) }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        members.derived("valid") { _ in true }
        file = try members.orNull("file", \.file)
        warnings = try members("warnings", \.warnings)
    }
}
