/// A secret with several owners, wiped when the last reference goes. Prints and reflects as `<secret>`.
public final class SecretBox: Sendable, CustomStringConvertible, CustomReflectable {
    public let bytes: SecretBytes

    package init(_ bytes: consuming SecretBytes) { self.bytes = bytes }

    public var description: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
