package import Domain
import HTTPTransport
import SecretJSON

/// The nodes of a cluster and how up to date each is. [doc]
package struct ClusterStatus: Equatable, Sendable {
    package struct Node: Equatable, Sendable {
        package let name: String
        /// `CLUSTERED_ENGINE` or `CLUSTERED_CONSOLE`.
        package let mode: String?
        /// `SUCCEEDED`, `RETRIEVING`, `APPLYING`, `FAILED`, `OUT_OF_DATE`; consoles have one as well.
        package let state: String?
        /// The time of the configuration that the node has: when it was replicated. [doc, its meaning inferred]
        package let configuredAt: Timestamp?

        package init(
            name: String, mode: String? = "CLUSTERED_ENGINE", state: String?, configuredAt: Timestamp? = nil
        ) {
            self.name = name
            self.mode = mode
            self.state = state
            self.configuredAt = configuredAt
        }
    }

    package let nodes: [Node]
    /// The last replication; `nil` where the console does not say, or when there was none.
    package let replicatedAt: Timestamp?
    /// Whether any changes wait to be replicated, including those of other people.
    package let isReplicationRequired: Bool?

    package init(nodes: [Node], replicatedAt: Timestamp? = nil, isReplicationRequired: Bool? = nil) {
        self.nodes = nodes
        self.replicatedAt = replicatedAt
        self.isReplicationRequired = isReplicationRequired
    }

    init(_ json: borrowing JSONDocument) {
        var nodes: [Node] = []
        for node in json.member("nodes", of: json.root).map({ json.elements(of: $0) }) ?? [] {
            let name = json.words("address", of: node) ?? json.words("nodeTags", of: node) ?? "a node"
            nodes.append(
                Node(
                    name: name.readable(limit: 100), mode: json.words("mode", of: node)?.readable(limit: 100),
                    state: json.words("replicationStatus", of: node)?.readable(limit: 100),
                    configuredAt: json.words("configurationTimestamp", of: node).flatMap(Timestamp.init(console:))))
        }
        self.nodes = nodes
        replicatedAt = json.words("lastReplicationTime", of: json.root).flatMap(Timestamp.init(console:))
        isReplicationRequired = json.member("replicationRequired", of: json.root).flatMap { try? json.bool($0) }
    }

    /// The nodes that provision. A node with an unknown mode counts as one: waiting for one too many does no harm.
    package var engines: [Node] { nodes.filter { $0.mode != "CLUSTERED_CONSOLE" && $0.mode != "STANDALONE" } }

    /// The engines that are out of date, as text.
    package var behind: [String] { engines.compactMap { $0.lag(behind: nil) }.few }

    package var failed: [String] { engines.filter { $0.state == "FAILED" }.map(\.name).few }
}

extension [String] {
    /// The first elements, and the number of the remaining ones: short enough for one line of text.
    var few: [String] {
        let most = 8
        return count > most ? prefix(most) + ["and \(count - most) more"] : self
    }
}
