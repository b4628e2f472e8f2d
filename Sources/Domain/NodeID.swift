/// A node: one `keyturnd` of a vault. Each hands out secrets to clients of its own host.
package struct NodeID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The node that created the vault. Others get random IDs.
    package static let first = NodeID(unchecked: "first")

    package let rawValue: String

    /// `nil` unless it has the form of a ``Name``.
    package init?(rawValue: String) {
        guard Name(rawValue) != nil else { return nil }
        self.rawValue = rawValue
    }

    private init(unchecked text: String) { rawValue = text }

    package var description: String { rawValue }

    package static func < (left: NodeID, right: NodeID) -> Bool { left.rawValue < right.rawValue }
}
