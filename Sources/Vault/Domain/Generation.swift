package import Domain
package import SecretMemory

/// The number of a client secret of an app. Only grows, and never means two secrets: not after a restore, nor when an app
/// is removed and added again.
package struct Generation: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: Int

    /// `nil` below 1.
    package init?(_ number: Int) {
        guard number >= 1 else { return nil }
        self.number = number
    }

    private init(unchecked number: Int) { self.number = number }

    package static let first = Generation(unchecked: 1)
    /// Of an app: ``App/next(after:)``, which knows what was made and lost.
    package var next: Generation { Generation(unchecked: number + 1) }
    package var description: String { String(number) }

    package static func < (left: Generation, right: Generation) -> Bool { left.number < right.number }
}

/// One client secret of an app, as the vault holds it.
package struct Credential: Sendable {
    package enum State: String, Sendable {
        /// The one that is handed out.
        case current
        /// The one before it, while Zoom still takes it.
        case previous
    }

    package let generation: Generation
    package let state: State
    package let clientSecret: SecretBox
    /// When the vault learnt the secret.
    package let createdAt: Timestamp
    /// When the secret came out of a backup, while nobody knows whether Zoom still takes it. Until a token was minted with
    /// it, it is not handed out.
    package let suspectSince: Timestamp?

    /// The same secret in another state.
    package func becoming(_ state: State) -> Credential {
        Credential(generation: generation, state: state, clientSecret: clientSecret, createdAt: createdAt)
    }

    /// The same secret, out of a backup.
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
