import HTTPTransport
import SecretJSON
package import Times

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
    package var behind: [String] { engines.compactMap { $0.lag(behind: nil) } }

    package var failed: [String] { engines.filter { $0.state == "FAILED" }.map(\.name) }
}

/// A push whose way to the engines is followed.
package struct FollowedPush: Equatable, Sendable {
    /// For how many seconds an engine that says `SUCCEEDED` may still mean an earlier replication, and a console that was
    /// asked may not have begun: engines look for news once a minute. [doc]
    package static let patience = 300

    /// When the console saved it, by its own clock; `nil` where it did not say.
    package let savedAt: Timestamp?
    /// Seconds since, by our clock.
    package let age: Int
    /// Whether a full replication was asked for since.
    package let isAsked: Bool

    package init(savedAt: Timestamp?, age: Int, isAsked: Bool) {
        self.savedAt = savedAt
        self.age = age
        self.isAsked = isAsked
    }

    fileprivate var isFresh: Bool { age <= Self.patience }
}

/// How far a connection got after it was saved.
package enum ReplicationProgress: Equatable, Sendable {
    /// The engines have it, or will by themselves.
    case done
    /// All pending changes are to be replicated, which was not asked for yet.
    case toAsk
    case underWay(String)
    /// Given up by the cluster; asking again may help.
    case failed(String)
}

extension ClusterStatus {
    /// How far a push is that is replicated together with everybody's changes.
    package func progress(ofAll push: FollowedPush) -> ReplicationProgress {
        push.isAsked ? progress(of: push) : .toAsk
    }

    /// How far a push is that the console replicates as it saves it.
    /// - Parameter state: the connection's own, which decides: nodes may be out of date for other people's changes.
    package func progress(ofSaved push: FollowedPush, _ state: String?) -> ReplicationProgress {
        guard let state else { return progress(of: push) }
        guard !engines.isEmpty else { return .underWay(Self.noEngine) }
        if state == "REPLICATED" { return .done }
        guard failed.isEmpty else { return .failed("replication failed on \(failed.joined(separator: ", "))") }
        return .underWay((["the connection is \(state)"] + behind).joined(separator: "; "))
    }

    /// What nodes and times alone tell. What somebody else changed after our replication holds nobody up.
    private func progress(of push: FollowedPush) -> ReplicationProgress {
        guard !engines.isEmpty else { return .underWay(Self.noEngine) }
        guard failed.isEmpty else { return .failed("replication failed on \(failed.joined(separator: ", "))") }
        guard has(push) else {
            let last = replicatedAt.map { "the last replication is of \($0)" } ?? "there was no replication"
            let words = "the console has not replicated what was pushed: \(last)"
            return push.isFresh ? .underWay(words) : .failed(words)
        }
        let behind = engines.compactMap { $0.lag(behind: push) }
        return behind.isEmpty ? .done : .underWay(behind.joined(separator: ", "))
    }

    /// Whether what was last replicated has the push in it. Both times are the console's, to the second.
    private func has(_ push: FollowedPush) -> Bool {
        if let replicatedAt, let savedAt = push.savedAt { return replicatedAt >= savedAt }
        // Nothing waits: so ours does not.
        if let isReplicationRequired { return !isReplicationRequired }
        return !push.isFresh
    }

    package static let noEngine = "the cluster lists no engine: nobody is known to have what was pushed"
}

extension ClusterStatus.Node {
    /// Why the node does not have the push, in words; `nil` when it does.
    /// - Parameter push: `nil` to go by the node's own word.
    fileprivate func lag(behind push: FollowedPush?) -> String? {
        guard let state else { return "\(name) says nothing of its replication" }
        guard state == "SUCCEEDED" else { return "\(name) is \(state)" }
        guard let push, push.isFresh, let savedAt = push.savedAt, let configuredAt, configuredAt < savedAt else {
            return nil
        }
        return "\(name) still has the configuration of \(configuredAt)"
    }
}
