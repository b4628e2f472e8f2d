package import Domain
import HTTPTransport
import SecretJSON

/// How what was pushed gets from the console to the engines.
package enum ReplicationPolicy: String, CaseIterable, Sendable {
    /// The console is set to replicate connections when they are saved. PingFederate 12.0 and newer. [doc]
    case onSave = "on-save"
    /// All pending changes are replicated, whoever made them.
    case full
    /// Somebody else sees to it.
    case none
}

/// The nodes of a cluster and how far each is. [doc]
package struct ClusterStatus: Equatable, Sendable {
    package struct Node: Equatable, Sendable {
        package let name: String
        /// `CLUSTERED_ENGINE` or `CLUSTERED_CONSOLE`.
        package let mode: String?
        /// `SUCCEEDED`, `RETRIEVING`, `APPLYING`, `FAILED`, `OUT_OF_DATE`; consoles have one as well.
        package let state: String?
        /// Of when the configuration is that the node has: when it was replicated. [doc, its meaning inferred]
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
    /// When somebody last replicated; `nil` where the console does not say, or nobody ever did.
    package let replicatedAt: Timestamp?
    /// Whether changes wait to be replicated, whoever made them.
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

    /// Those that provision. A node whose mode is not known counts: waiting for one too many harms nobody.
    package var engines: [Node] { nodes.filter { $0.mode != "CLUSTERED_CONSOLE" && $0.mode != "STANDALONE" } }

    /// The engines that do not have everything yet, in words.
    package var behind: [String] { engines.compactMap { $0.lag(behind: nil) }.few }

    package var failed: [String] { engines.filter { $0.state == "FAILED" }.map(\.name).few }
}

extension [String] {
    /// The first ones, and how many more: what becomes one line of words.
    var few: [String] {
        let most = 8
        return count > most ? prefix(most) + ["and \(count - most) more"] : self
    }
}
