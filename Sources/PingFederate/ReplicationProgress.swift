package import Domain

/// A push whose replication to the engines is followed.
package struct FollowedPush: Equatable, Sendable {
    /// In seconds. Until then, `SUCCEEDED` from an engine may still mean an earlier replication, and a console may not
    /// have started the replication that was requested: engines check for changes once a minute. [doc]
    package static let patience = 300

    /// When the console saved the push, by the console's clock; `nil` where it did not say.
    package let savedAt: Timestamp?
    /// Seconds since then, by our clock.
    package let age: Int
    /// Whether a full replication was requested since then.
    package let isAsked: Bool

    package init(savedAt: Timestamp?, age: Int, isAsked: Bool) {
        self.savedAt = savedAt
        self.age = age
        self.isAsked = isAsked
    }

    fileprivate var isFresh: Bool { age <= Self.patience }
}

/// How far a saved connection got.
package enum ReplicationProgress: Equatable, Sendable {
    /// The engines have it, or will get it without another request.
    case done
    /// All pending changes must be replicated, and that was not requested yet.
    case toAsk
    case underWay(String)
    /// The cluster gave up; another request may help.
    case failed(String)
}

extension ClusterStatus {
    /// The progress of a push that is replicated together with all pending changes.
    package func progress(ofAll push: FollowedPush) -> ReplicationProgress {
        push.isAsked ? progress(ofSaved: push, nil) : .toAsk
    }

    /// The progress of a push that the console replicates when it saves.
    /// - Parameter state: the connection's own state, which decides: nodes may be out of date because of other people's
    ///   changes. When it is `nil`, nodes and times decide; later changes by others then delay nothing.
    package func progress(ofSaved push: FollowedPush, _ state: String?) -> ReplicationProgress {
        guard !engines.isEmpty else { return .underWay(Self.noEngine) }
        if state == "REPLICATED" { return .done }
        guard failed.isEmpty else { return .failed("replication failed on \(failed.joined(separator: ", "))") }
        if let state { return .underWay((["the connection is \(state)"] + behind).joined(separator: "; ")) }
        guard has(push) else {
            let last = replicatedAt.map { "the last replication was at \($0)" } ?? "there was no replication"
            let words = "the console has not replicated the push: \(last)"
            return push.isFresh ? .underWay(words) : .failed(words)
        }
        let behind = engines.compactMap { $0.lag(behind: push) }.few
        return behind.isEmpty ? .done : .underWay(behind.joined(separator: ", "))
    }

    /// Whether the last replication contains the push. Both times are the console's, to the second.
    private func has(_ push: FollowedPush) -> Bool {
        if let replicatedAt, let savedAt = push.savedAt { return replicatedAt >= savedAt }
        // No change waits to be replicated, so this push does not either.
        if let isReplicationRequired { return !isReplicationRequired }
        return !push.isFresh
    }

    package static let noEngine = "the cluster lists no engine, so no engine is known to have the push"
}

extension ClusterStatus.Node {
    /// Why the node does not have the push, as text; `nil` when it does.
    /// - Parameter push: `nil` to rely on the node's own state.
    func lag(behind push: FollowedPush?) -> String? {
        guard let state else { return "\(name) does not report its replication" }
        guard state == "SUCCEEDED" else { return "\(name) is \(state)" }
        guard let push, push.isFresh, let savedAt = push.savedAt, let configuredAt, configuredAt < savedAt else {
            return nil
        }
        return "\(name) still has the configuration of \(configuredAt)"
    }
}
