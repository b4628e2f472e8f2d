import Domain
import PingFederate
import Rotation
import Vault

/// Whether a target allows the old secret to be revoked.
enum TargetStanding {
    /// It certainly has the new one.
    case ready
    case lags(Laggard)
    /// It was pushed to a while ago, and its console does not show whether somebody else restored the old secret since.
    case unsure(PushTarget)

    var laggard: Laggard? { if case .lags(let laggard) = self { laggard } else { nil } }
    var unsure: PushTarget? { if case .unsure(let target) = self { target } else { nil } }
}

extension Sighting.Basis {
    /// Whether a change of the secret would go unnoticed.
    var isBlind: Bool {
        switch self {
        case .secret, .date: false
        case .rest, .nothing: true
        }
    }
}

/// The checks directly before the old secret is revoked.
extension TargetPusher {
    /// Whether the old secret must stay valid for this target.
    func standing(_ credential: Credential, of app: App, at target: PushTarget) async -> TargetStanding {
        let name = "target '\(target.name)'"
        // A removed target is not waited for.
        guard let known = entry(of: target) else { return .ready }
        guard known.delivery.generation == credential.generation else {
            return .lags(Laggard("\(name) does not have the new secret yet"))
        }
        let basis: Sighting.Basis
        switch await lookForChange(target, app, patience: 20) {
        case .same(let known): basis = known
        case .changed(let drift):
            return .lags(Laggard("\(name) was changed by somebody else since the last push: \(drift.words)"))
        case .unseen(let reason): return .lags(Laggard("\(name) cannot be checked: \(reason)"))
        case .busy: return .lags(Laggard("\(name) is being pushed to", wait: 1))
        }
        guard let (target, delivery) = entry(of: target).map({ ($0.target, $0.delivery) }) else { return .ready }
        let now = time.now.wall
        guard delivery.replicatedAt != nil else {
            return .lags(
                Laggard("\(name) has it, but its engines do not yet", wait: delivery.replicationPause(now: now)))
        }
        if basis.isBlind, !delivery.isFresh(target, now: now) {
            // After a refusal by PingFederate only the operator can continue.
            if let failure = delivery.failure, failure.isRefusal { return .lags(Laggard("\(name): \(failure.reason)")) }
            return .unsure(target)
        }
        let left = delivery.secondsToSettle(target, now: now)
        return left > 0
            ? .lags(Laggard("\(name) was pushed; waiting up to \(left) s for the engines to pick it up", wait: left))
            : .ready
    }

    /// Pushes the current secret again, over any secret, but not over another app's IDs.
    /// - Returns: why the old secret must stay valid until then.
    func renew(_ credential: Credential, of app: App, at target: PushTarget) async -> Laggard? {
        // A started push is completed even if the rotation stops waiting; otherwise it would be sent again.
        switch await Task(operation: { await deliver(credential, of: app, to: target, .renewing) }).value {
        case .confirmed: nil
        case .waiting(let seconds, let reason): Laggard(reason, wait: seconds)
        case .later(let retryAfter, let reason): Laggard(reason, wait: retryAfter.map { max($0, 60) })
        case .blocked(let reason): Laggard(reason)
        }
    }
}
