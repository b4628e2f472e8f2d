package import Domain

/// A client on a node. A client of this name on another node has its own secret.
package struct Holder: Hashable, Comparable, Sendable {
    package let node: NodeID
    package let client: Name

    package init(node: NodeID, client: Name) { (self.node, self.client) = (node, client) }

    /// By client, then by node.
    package static func < (left: Holder, right: Holder) -> Bool {
        (left.client, left.node) < (right.client, right.node)
    }
}

/// What a client is known to hold of an app: the newest secret that it fetched or acknowledged.
package struct Receipt: Equatable, Sendable {
    package let holder: Holder
    package let generation: Generation
    /// The secret's fingerprint, since a number does not always tell: a store that lost its last commits gives it again.
    /// `nil` for a secret that the vault no longer had.
    package let secret: String?
    package let at: Timestamp
    /// Whether the client acknowledged the generation, rather than only fetched it.
    package let isAcknowledged: Bool

    package init(holder: Holder, generation: Generation, secret: String?, at: Timestamp, isAcknowledged: Bool) {
        self.holder = holder
        self.generation = generation
        self.secret = secret
        self.at = at
        self.isAcknowledged = isAcknowledged
    }

    /// Whether this says more than an earlier one of the same holder: a newer generation, another secret with the same
    /// number, or an acknowledgement.
    package func isNews(beside other: Receipt) -> Bool {
        guard generation == other.generation else { return generation > other.generation }
        return secret != nil && secret != other.secret || isAcknowledged && !other.isAcknowledged
    }
}

extension AppEntry {
    /// Whether it is for the secret that is served now.
    package func isCurrent(_ receipt: Receipt) -> Bool {
        receipt.generation == generation && receipt.secret != nil && receipt.secret == fingerprint
    }
}
