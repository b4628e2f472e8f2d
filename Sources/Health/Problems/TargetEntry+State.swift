package import Domain
import PushTargets
package import Vault

extension TargetEntry {
    package func state(_ catalog: Catalog, _ now: Timestamp) -> TargetState {
        guard let generation = delivery.generation else { return .new }
        guard generation == catalog.app(of: target)?.credential.generation else { return .behind }
        guard delivery.replicatedAt != nil else { return .replicating }
        return delivery.secondsToSettle(target, now: now) > 0 ? .settling : .current
    }
}
