package import Domain

/// What a client is known to hold of an app: the newest generation that it fetched or acknowledged.
package struct Receipt: Equatable, Sendable {
    package let client: Name
    package let generation: Generation
    package let at: Timestamp
    /// Whether the client acknowledged the generation, rather than only fetched it.
    package let isAcknowledged: Bool

    package init(client: Name, generation: Generation, at: Timestamp, isAcknowledged: Bool) {
        self.client = client
        self.generation = generation
        self.at = at
        self.isAcknowledged = isAcknowledged
    }

    /// Whether this says more than the other one of the same client: a newer generation, or an acknowledgement.
    package func isNews(beside other: Receipt) -> Bool {
        generation > other.generation || generation == other.generation && isAcknowledged && !other.isAcknowledged
    }
}
