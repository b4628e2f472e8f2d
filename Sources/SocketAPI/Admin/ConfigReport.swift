package import SecretJSON

/// What `keyturnd check-config --json` prints where a restart would take the settings.
package struct ConfigReport: Equatable, Sendable, WireDocument {
    /// `nil` where there is no file, and none was named.
    package let file: String?
    /// What is allowed, and does not do what it seems to.
    package let warnings: [String]

    package init(file: String?, warnings: [String]) { (self.file, self.warnings) = (file, warnings) }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("valid", true)
        json.member("file", orNull: file)
        json.member("warnings", texts: warnings)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            file: try document.optionalText("file", of: node), warnings: try document.texts("warnings", of: node))
    }
}
