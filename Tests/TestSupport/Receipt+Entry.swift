package import Domain
package import Vault

extension Receipt {
    /// For the secret that the entry serves.
    package init(
        of entry: AppEntry, by client: String, on node: NodeID = .first, at: Timestamp, isAcknowledged: Bool = false
    ) {
        self.init(
            holder: Holder(node: node, client: .test(client)), generation: entry.generation, secret: entry.fingerprint,
            at: at, isAcknowledged: isAcknowledged)
    }
}
