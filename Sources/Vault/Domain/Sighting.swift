package import Domain

/// What a console showed of a connection: enough to tell later whether somebody else saved it. Texts are compared by their
/// fingerprints.
package struct Sighting: Equatable, Sendable {
    /// Of the secret's encrypted text; `nil` when the console showed none.
    package let secret: String?
    /// The connection's `modificationDate`, in the console's words; `nil` for a connection that has none.
    package let savedAt: String?
    /// Of all that is not encrypted.
    package let rest: String

    package init(secret: String?, savedAt: String?, rest: String) {
        self.secret = secret
        self.savedAt = savedAt
        self.rest = rest
    }
}

/// A change of a connection by somebody else, as far as the console lets it be told.
package struct Drift: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// The encrypted text of the secret is another, on a console that shows the same one at each look.
        case secret
        /// The connection was saved, on a console whose encrypted texts prove nothing.
        case saved
        /// The client ID or the account ID is not the app's.
        case identity
    }

    /// When it was first seen.
    package let seenAt: Timestamp
    package let kind: Kind
    /// The connection's `modificationDate` since then, in the console's words.
    package let savedAt: String?

    package init(seenAt: Timestamp, kind: Kind, savedAt: String? = nil) {
        self.seenAt = seenAt
        self.kind = kind
        self.savedAt = savedAt
    }
}

/// How often the current secret was put back after somebody else's change.
package struct Restoration: Equatable, Sendable {
    /// The last try, whatever came of it.
    package var triedAt: Timestamp
    /// How often since `first`. What happened long before the next one, or before the operator pushed, does not count.
    package var count = 0
    package var first: Timestamp?
    package var last: Timestamp?

    package init(triedAt: Timestamp) { self.triedAt = triedAt }
}
