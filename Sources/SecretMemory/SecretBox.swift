/// A secret with several owners, wiped when the last of them lets go. Prints and reflects as `<secret>`.
package final class SecretBox: Sendable, CustomStringConvertible, CustomReflectable {
    package let bytes: SecretBytes

    package init(_ bytes: consuming SecretBytes) { self.bytes = bytes }

    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
