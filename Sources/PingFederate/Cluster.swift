import SecretJSON

/// How what was pushed gets from the console to the engines.
package enum ReplicationPolicy: String, CaseIterable, Sendable {
    /// The console is set to replicate connections when they are saved.
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
        /// `SUCCEEDED`, `RETRIEVING`, `APPLYING`, `FAILED`, `OUT_OF_DATE`; `nil` for a node that says nothing of it, as
        /// the console itself.
        package let state: String?

        package init(name: String, state: String?) {
            self.name = name
            self.state = state
        }
    }

    package let nodes: [Node]

    package init(nodes: [Node]) { self.nodes = nodes }

    init(_ json: borrowing JSONDocument) {
        var nodes: [Node] = []
        for node in json.member("nodes", of: json.root).map({ json.elements(of: $0) }) ?? [] {
            let name = json.words("address", of: node) ?? json.words("nodeTags", of: node) ?? "a node"
            nodes.append(
                Node(
                    name: name.printableName, state: json.words("replicationStatus", of: node)?.printableName))
        }
        self.nodes = nodes
    }

    /// Those that do not have everything yet, in words.
    package var behind: [String] {
        nodes.compactMap { node in node.state.flatMap { $0 == "SUCCEEDED" ? nil : "\(node.name) is \($0)" } }
    }

    package var failed: [String] { nodes.filter { $0.state == "FAILED" }.map(\.name) }
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

extension ConsoleSession {
    /// - Parameter asked: whether a full replication was asked for since the connection was saved.
    package func progress(
        of id: String, by policy: ReplicationPolicy, asked: Bool
    ) async throws(ConsoleFailure) -> ReplicationProgress {
        guard policy != .none, let status = try await clusterStatus() else { return .done }
        if try await replicatesOnSave() {
            let state = try await connection(id).replicationStatus
            return Self.saved(state, status)
        }
        guard policy == .full else {
            throw ConsoleFailure(
                .mend, .replication,
                detail:
                    "the console does not replicate connections when they are saved, so that its engines keep the old "
                    + "secret: turn that on in Cluster Management, or replicate now and use --replicate full or none")
        }
        return asked ? Self.asked(status) : .toAsk
    }

    /// Nodes may be out of date for other people's changes: what counts is what the connection says of itself.
    static func saved(_ state: String?, _ status: ClusterStatus) -> ReplicationProgress {
        switch state {
        case "REPLICATED": .done
        case nil: asked(status)
        case _ where !status.failed.isEmpty: .failed("replication failed on \(status.failed.joined(separator: ", "))")
        case let state?: .underWay("the connection is \(state); \(status.behind.joined(separator: ", "))")
        }
    }

    static func asked(_ status: ClusterStatus) -> ReplicationProgress {
        if !status.failed.isEmpty { return .failed("replication failed on \(status.failed.joined(separator: ", "))") }
        return status.behind.isEmpty ? .done : .underWay(status.behind.joined(separator: ", "))
    }
}

extension String {
    fileprivate var printableName: String {
        String(unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }.prefix(100).map(Character.init))
    }
}
