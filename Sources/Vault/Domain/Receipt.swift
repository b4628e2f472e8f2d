package import Domain

/// What a client is known to hold of an app: the newest generation that it fetched or said it uses.
package struct Receipt: Equatable, Sendable {
    package let client: Name
    package let generation: Generation
    package let at: Timestamp
    /// Whether the client itself said that it uses the generation, rather than only having fetched it.
    package let isAcknowledged: Bool

    package init(client: Name, generation: Generation, at: Timestamp, isAcknowledged: Bool) {
        self.client = client
        self.generation = generation
        self.at = at
        self.isAcknowledged = isAcknowledged
    }

    /// Whether this says more than the other, of the same client: a newer generation, or the client's own word for it.
    package func isNews(beside other: Receipt) -> Bool {
        generation > other.generation || generation == other.generation && isAcknowledged && !other.isAcknowledged
    }
}
