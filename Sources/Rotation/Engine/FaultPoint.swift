import Glibc

/// The moments at which a crash is worth testing: before and after each durable commit and each call.
///
/// With `KEYTURN_FAULT=NAME:COUNT` in the environment, the process kills itself when it reaches that point for the
/// COUNT-th time. Only debug builds have this; in a release build ``reach(_:)`` is empty and the names are absent.
package enum FaultPoint: String, CaseIterable, Sendable {
    case beforeIntend, afterIntend
    case beforeCall, afterCall
    case beforeSpool, afterSpool
    case beforeRead, afterRead
    case beforeVerify, afterVerify
    case beforePromote, afterPromote
    case beforePublish, afterPublish
    // At a push target: the console has the secret, and the vault has not recorded that yet.
    case beforePush, afterPush, afterDeliver
    case beforeDrain, afterDrain
    // Zoom's word on an old secret that the Marketplace may have revoked, if it came after the promotion.
    case beforeSettle, afterSettle
    case beforeEnd, afterEnd, afterEndSaved
    case beforeRetire, afterRetire
    case beforeLose, afterLose
    // An answer that the vault cannot store: into a file, from there into the vault, and the file's removal.
    case beforeKeep, afterKeep
    case beforeClaim, afterClaim
    case beforeFree, afterFree
    // A secret from a late answer: into the vault, Zoom's word on it, and its removal.
    case beforeSetAside, afterSetAside
    case beforeJudge, afterJudge
    case beforeLetGo, afterLetGo
    // An operator's request to a running rotation, whatever it waits for.
    case beforeOrder, afterOrder
    case beforeSupersede, afterSupersede
    // A commit's line in the audit log, which follows the commit.
    case beforeLine, afterLine

    /// The points that are reached only after an operator's request.
    package static let atOrders: Set<FaultPoint> = [
        .beforeOrder, .afterOrder, .beforeSupersede, .afterSupersede, .beforeSettle, .afterSettle,
    ]
    /// The points that are reached only with a secret that is no generation.
    package static let atCandidates: Set<FaultPoint> = [
        .beforeSetAside, .afterSetAside, .beforeJudge, .afterJudge, .beforeLetGo, .afterLetGo,
    ]
    /// The points that are reached only with a push target.
    package static let atTargets: Set<FaultPoint> = [.beforePush, .afterPush, .afterDeliver]

    package static func reach(_ point: FaultPoint) {
        #if FAULT_POINTS
            FaultCounter.shared.reach(point.rawValue)
        #endif
    }
}

/// The same for a rotation of the vault's key.
package enum KeyFaultPoint: String, CaseIterable, Sendable {
    case beforeEpoch, afterEpoch
    case beforeReseal, afterReseal
    case beforeDrop, afterDrop

    package static func reach(_ point: KeyFaultPoint) {
        #if FAULT_POINTS
            FaultCounter.shared.reach(point.rawValue)
        #endif
    }
}

#if FAULT_POINTS
    import Synchronization

    private final class FaultCounter: Sendable {
        static let shared = FaultCounter()

        private let wanted: (name: String, count: Int)?
        private let reached = Mutex(0)

        init() {
            guard let text = unsafe getenv("KEYTURN_FAULT") else {
                wanted = nil
                return
            }
            let parts = unsafe String(cString: text).split(separator: ":")
            wanted = parts.count == 2 ? (String(parts[0]), Int(parts[1]) ?? 1) : nil
        }

        func reach(_ point: String) {
            guard let wanted, wanted.name == point else { return }
            let isDue = reached.withLock { count in
                count += 1
                return count == wanted.count
            }
            if isDue { kill(getpid(), SIGKILL) }
        }
    }
#endif
