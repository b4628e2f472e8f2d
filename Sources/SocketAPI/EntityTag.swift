/// What tells an app's credentials from any others: the generation, for people, and a keyed fingerprint of the secret.
///
/// The number alone would not do: a client may hold a secret of a number that this vault never had.
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    /// With its quotes, as it stands in `ETag` and `If-None-Match`.
    package let description: String

    /// - Parameter fingerprint: hexadecimal digits; with anything else there is no tag, so that no value can add a line.
    package init?(generation: Int, fingerprint: String) {
        let digits = Array("0123456789abcdef".utf8)
        guard !fingerprint.isEmpty, fingerprint.utf8.allSatisfy({ digits.contains($0) }) else { return nil }
        description = "\"\(generation)-\(fingerprint)\""
    }
}
