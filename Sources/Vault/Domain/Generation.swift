package import Domain
package import SecretMemory

/// The ordinal number of an app's client secret, counted from 1. It only grows, and never refers to two secrets: not
/// after a restore, nor when an app is removed and added again.
package struct Generation: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: Int

    /// `nil` below 1.
    package init?(_ number: Int) {
        guard number >= 1 else { return nil }
        self.number = number
    }

    private init(unchecked number: Int) { self.number = number }

    package static let first = Generation(unchecked: 1)
    /// Not for choosing the next generation of an app: ``App/next(after:)`` knows which numbers were used and lost.
    package var next: Generation { Generation(unchecked: number + 1) }
    package var description: String { String(number) }

    package static func < (left: Generation, right: Generation) -> Bool { left.number < right.number }
}

/// One client secret of an app, as stored in the vault.
package struct Credential: Sendable {
    package enum State: String, Sendable {
        /// The secret that is served.
        case current
        /// The previous one, while Zoom still accepts it.
        case previous
    }

    package let generation: Generation
    package let state: State
    package let clientSecret: SecretBox
    /// When the secret was stored in the vault.
    package let createdAt: Timestamp
    /// When the secret was restored from a backup, while it is unknown whether Zoom still accepts it. It is not served
    /// until a token was minted with it.
    package let suspectSince: Timestamp?

    /// Why nobody gets it meanwhile.
    package static let unproven = "the secret is from a backup, and Zoom has not accepted it yet"

    /// The same secret in another state.
    package func becoming(_ state: State) -> Credential {
        Credential(generation: generation, state: state, clientSecret: clientSecret, createdAt: createdAt)
    }

    /// The same secret, restored from a backup.
    package func suspected(since time: Timestamp) -> Credential {
        Credential(
            generation: generation, state: state, clientSecret: clientSecret, createdAt: createdAt, suspectSince: time)
    }

    package init(
        generation: Generation, state: State, clientSecret: SecretBox, createdAt: Timestamp,
        suspectSince: Timestamp? = nil
    ) {
        self.suspectSince = suspectSince
        self.generation = generation
        self.state = state
        self.clientSecret = clientSecret
        self.createdAt = createdAt
    }
}
