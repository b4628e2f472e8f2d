/// Remedies that several messages name, in one wording each.
package enum Remedy {
    package static let freeSpace = "free some space on the file system of the state directory"

    /// - Parameter app: its name, or a placeholder.
    package static func newSecret(_ app: some CustomStringConvertible) -> String {
        "generate a new secret in the Marketplace, then: keyturn rotate \(app) --manual"
    }
}
