package import Domain
import PingFederate
package import Vault

/// How long a delivery waits. Arithmetic on what is known and the time alone.
extension Delivery {
    /// Whether the console still has to be told something of this generation.
    func isUnderWay(_ generation: Generation) -> Bool { self.generation != generation || replicatedAt == nil }

    /// Seconds until the engines certainly use what they have; 0 when they do.
    package func secondsToSettle(_ target: PushTarget, now: Timestamp) -> Int {
        guard let settled = settled(target) else { return target.settle }
        // A clock that was set back must not make the wait longer than it is.
        return max(min(settled - now, target.settle), 0)
    }

    /// By a clock that was set back, the engines' time begins now: it would not end before the clock is there again.
    /// - Returns: whether it was so.
    mutating func correctReplication(now: Timestamp) -> Bool {
        guard let replicatedAt, replicatedAt > now else { return false }
        self.replicatedAt = now
        return true
    }

    /// Whether the engines have had the last push for so short a time that nobody else is taken to have changed it since. That is
    /// as long again as the push took to reach them, and a little more: a target that another one is waited for stays fresh.
    func isFresh(_ target: PushTarget, now: Timestamp) -> Bool {
        guard let pushedAt, let settled = settled(target), pushedAt <= now else { return false }
        return now - settled <= max(settled - pushedAt, 0) + 300
    }

    /// Seconds until a cluster is looked at again: soon at first, and less often as time goes by.
    func replicationPause(now: Timestamp) -> Int { min(max((pushedAt.map { now - $0 } ?? 0) / 4, 1), 30) }

    /// The last push, for the cluster to be judged by.
    func followed(now: Timestamp) -> FollowedPush {
        FollowedPush(savedAt: savedAt, age: pushedAt.map { max(now - $0, 0) } ?? 0, isAsked: replicationAsked)
    }
}
