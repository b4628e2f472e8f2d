package import Domain

/// What a console showed of a connection: enough to detect later that somebody else saved it. Texts are compared by
/// fingerprint.
package struct Sighting: Equatable, Sendable {
    /// The fingerprint of the secret's encrypted text; `nil` when the console showed none.
    package let secret: String?
    /// The connection's `modificationDate`, as the console wrote it; `nil` when it has none.
    package let savedAt: String?
    /// The fingerprint of everything that is not encrypted.
    package let rest: String

    package init(secret: String?, savedAt: String?, rest: String) {
        self.secret = secret
        self.savedAt = savedAt
        self.rest = rest
    }
}

/// A change of a connection by somebody else, as far as the console shows it.
package struct Drift: Equatable, Sendable {
    /// When it was first seen.
    package let seenAt: Timestamp
    package let kind: DriftKind
    /// The connection's `modificationDate` since then, as the console wrote it.
    package let savedAt: String?

    package init(seenAt: Timestamp, kind: DriftKind, savedAt: String? = nil) {
        self.seenAt = seenAt
        self.kind = kind
        self.savedAt = savedAt
    }
}

/// How many times the current secret was pushed again after a change by somebody else.
package struct Restoration: Equatable, Sendable {
    /// The last attempt, successful or not.
    package var triedAt: Timestamp
    /// The number of attempts since `first`. Those long before the next one, or before a push by the operator, do not
    /// count.
    package var count = 0
    package var first: Timestamp?
    package var last: Timestamp?

    package init(triedAt: Timestamp) { self.triedAt = triedAt }
}
