/// Identifies an app's credentials: by the generation, for people, and a keyed fingerprint of the secret.
///
/// The number alone would not suffice: a client may hold a secret whose number was reused after a restore.
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    /// With its quotes, as in `ETag` and `If-None-Match`.
    package let description: String

    /// - Parameter fingerprint: hexadecimal digits; with anything else there is no tag, so that no value can inject a
    ///   line.
    package init?(generation: Int, fingerprint: String) {
        let digits = Array("0123456789abcdef".utf8)
        guard !fingerprint.isEmpty, fingerprint.utf8.allSatisfy({ digits.contains($0) }) else { return nil }
        description = "\"\(generation)-\(fingerprint)\""
    }
}
