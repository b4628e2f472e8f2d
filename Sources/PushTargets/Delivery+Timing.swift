package import Domain
import PingFederate
package import Vault

/// The waiting times of a delivery. Pure: depends only on the facts and the time.
extension Delivery {
    /// Whether this generation has not reached the engines yet.
    func isUnderWay(_ generation: Generation) -> Bool { self.generation != generation || replicatedAt == nil }

    /// Seconds until the engines certainly use what they have; 0 when they do.
    package func secondsToSettle(_ target: PushTarget, now: Timestamp) -> Int {
        guard let settled = settled(target) else { return target.settle }
        // A clock that was set back must not make the wait longer than it is.
        return max(min(settled - now, target.settle), 0)
    }

    /// If the clock was set back, the engines' time starts now; otherwise it would not end before the clock has caught
    /// up.
    /// - Returns: whether it was set back.
    mutating func correctReplication(now: Timestamp) -> Bool {
        guard let replicatedAt, replicatedAt > now else { return false }
        self.replicatedAt = now
        return true
    }

    /// Whether the engines got the last push so recently that no change by others is assumed since: the time that the
    /// push took to reach them, twice, and a little more. A target that waits for another one stays fresh.
    func isFresh(_ target: PushTarget, now: Timestamp) -> Bool {
        guard let pushedAt, let settled = settled(target), pushedAt <= now else { return false }
        return now - settled <= max(settled - pushedAt, 0) + 300
    }

    /// Seconds until the cluster is checked again: soon at first, and less often as time passes.
    func replicationPause(now: Timestamp) -> Int { min(max((pushedAt.map { now - $0 } ?? 0) / 4, 1), 30) }

    /// The last push, for judging the state of the cluster.
    func followed(now: Timestamp) -> FollowedPush {
        FollowedPush(savedAt: savedAt, age: pushedAt.map { max(now - $0, 0) } ?? 0, isAsked: replicationAsked)
    }
}
