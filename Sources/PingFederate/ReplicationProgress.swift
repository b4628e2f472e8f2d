package import Domain

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
        push.isAsked ? progress(ofSaved: push, nil) : .toAsk
    }

    /// How far a push is that the console replicates as it saves it.
    /// - Parameter state: the connection's own, which decides: nodes may be out of date for other people's changes. `nil`
    ///   where nodes and times alone tell; what somebody else changed after our replication then holds nobody up.
    package func progress(ofSaved push: FollowedPush, _ state: String?) -> ReplicationProgress {
        guard !engines.isEmpty else { return .underWay(Self.noEngine) }
        if state == "REPLICATED" { return .done }
        guard failed.isEmpty else { return .failed("replication failed on \(failed.joined(separator: ", "))") }
        if let state { return .underWay((["the connection is \(state)"] + behind).joined(separator: "; ")) }
        guard has(push) else {
            let last = replicatedAt.map { "the last replication is of \($0)" } ?? "there was no replication"
            let words = "the console has not replicated what was pushed: \(last)"
            return push.isFresh ? .underWay(words) : .failed(words)
        }
        let behind = engines.compactMap { $0.lag(behind: push) }.few
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
    func lag(behind push: FollowedPush?) -> String? {
        guard let state else { return "\(name) says nothing of its replication" }
        guard state == "SUCCEEDED" else { return "\(name) is \(state)" }
        guard let push, push.isFresh, let savedAt = push.savedAt, let configuredAt, configuredAt < savedAt else {
            return nil
        }
        return "\(name) still has the configuration of \(configuredAt)"
    }
}
