import Domain
import Health
import Rotation
import SocketAPI
import Vault

/// What would stop a rotation that an operator starts now, as far as it can be known without a request. A pause does not
/// count: it stops only scheduled rotations.
struct RotationObstacles {
    let entry: AppEntry
    let now: Timestamp
    /// Why this host may not change the vault.
    var notOwned: Advice?
    /// When Zoom was asked for changes of this app's secret.
    var calls: [Timestamp] = []
    var targets: [TargetEntry] = []
    var spool: [SpoolReport.Trouble] = []
    /// Why no client is served.
    var unserved: String?

    /// Each with what to do about it; in the order in which they would stop it.
    var all: [String] {
        let own = [notOwned.map { "\($0)" }, service, underWay, clock, unreadable, secret].compactMap(\.self)
        return own + lacks + [throttle].compactMap(\.self) + consoles
    }

    private var service: String? {
        unserved.map { "\($0), so no client could fetch the new secret; keyturn status" }
    }

    private var underWay: String? {
        guard let open = entry.rotation else { return nil }
        let document = RotationDocument(open, of: entry.app, targets: targets)
        guard open.phase == .blocked else {
            return "a rotation is running, in state '\(open.phase.words)'\(open.reason.map { ": \($0)" } ?? "")"
                + "; keyturn rotation show \(open.id)"
        }
        return "a rotation is blocked: \(open.reason ?? "no reason given"); \(document.hint ?? "")"
    }

    private var clock: String? {
        now < keyturnReleased ? "the clock says \(now), which is before this program was built; correct it" : nil
    }

    private var unreadable: String? {
        spool.first { $0.kind == .unreadable }.map { "\($0.advice)" }
    }

    private var secret: String? {
        if let refusal = entry.refusal, !refusal.mayPass {
            return "Zoom refuses the present secret: \(refusal.reason); keyturn rotate \(entry.app.name) --manual"
        }
        return entry.isSuspect ? "\(Credential.unproven); keyturn app verify \(entry.app.name)" : nil
    }

    private var lacks: [String] { RotationLack.all(of: entry).map { "\($0.advice)" } }

    private var throttle: String? {
        let seconds = RotationTiming().throttled(calls, now: now)
        return seconds > 0 ? "Zoom allows three changes in 15 minutes; it would start in \(countdown(seconds))" : nil
    }

    /// The new secret would be served, but the old one could not be revoked.
    private var consoles: [String] {
        targets.compactMap { entry in
            entry.delivery.failure.map {
                "target '\(entry.target.name)' would delay it: \($0.reason); keyturn target test \(entry.target.name)"
            }
        }
    }
}
