import Domain
import Rotation
import Scheduling
import SocketAPI
import Vault

/// The problems of an app. Pure: depends only on its entry and the time.
struct AppProblems {
    /// How many seconds a rotation may be due without starting, beyond the time over which due rotations are spread.
    static let patience = 3600 + Recurrence.catchUp
    /// How many seconds before its expiry a served secret is reported.
    static let nearExpiry = Severity.nearExpiry

    let entry: AppEntry
    /// The clients that hold an old generation.
    let holders: [Name]
    let recurrence: Result<Recurrence?, ScheduleError>
    let now: Timestamp
    /// The app's push targets.
    var targets: [TargetEntry] = []
    /// Holders that may no longer fetch the app's credentials: a revoked secret does not concern them.
    var ungranted: Set<Name> = []
    /// Why the rotation's last step is not in the vault.
    var unsaved: FailedCommits.Failure?

    private var app: Name { entry.app.name }

    var all: [HealthIssue] {
        [
            expiring, newerLost, second, unproven, rotation, waiting, refused, missingScopes, impossible,
            refusedRotation, overdue, draining, deadHolders,
        ].compactMap(\.self)
    }

    /// What the running rotation waits for.
    var wait: RotationWait? {
        entry.rotation.flatMap {
            RotationWait(
                $0, holders: holders, targets: targets, generation: entry.credential.generation, now: now)
        }
    }

    var isOverdue: Bool { overdue.map { $0.severity != .note } ?? false }

    private func issue(
        _ code: AttentionCode, _ detail: String, try hint: String?, deadline: Timestamp? = nil
    ) -> HealthIssue {
        issue(code, Advice(detail, try: hint), deadline: deadline)
    }

    private func issue(_ code: AttentionCode, _ advice: Advice, deadline: Timestamp? = nil) -> HealthIssue {
        HealthIssue(code, app: app, advice, deadline: deadline)
    }

    /// A secret that consumers get, that will expire, and that has no successor.
    private var expiring: HealthIssue? {
        guard let rotation = entry.rotation, let expires = entry.secretExpires, expires - now <= Self.nearExpiry else {
            return nil
        }
        return issue(
            .secretExpires, "the current secret \(expires.expiryWords(now)), and has no successor",
            try: [.blocked, .lostResponse].contains(rotation.phase)
                ? rotation.resumeHint(of: app) : "keyturn rotation show \(rotation.id)",
            deadline: expires)
    }

    private var rotation: HealthIssue? {
        guard let rotation = entry.rotation else { return nil }
        let expiry = rotation.oldExpires.map { "; the old secret \($0.expiryWords(now))" } ?? ""
        switch rotation.phase {
        case .lostResponse:
            return issue(
                .lostResponse,
                "an answer of Zoom was lost\(expiry); Keyturn asks again\(rotation.due.map { " at \($0)" } ?? "")",
                try: rotation.resumeHint(of: app), deadline: rotation.revokeAt)
        case .blocked:
            return issue(
                .rotationBlocked, "\(rotation.reason ?? "the rotation is blocked")\(expiry)",
                try: rotation.resumeHint(of: app, targets: targets),
                deadline: rotation.servedExpires ?? rotation.oldExpires)
        default: return nil
        }
    }

    /// A newer secret was made and is in no vault, so the served one will expire. Holds until another one is live.
    private var newerLost: HealthIssue? {
        guard let lost = entry.lostSecret else { return nil }
        let made = lost.madeAt.map { "was made at \($0)" } ?? "was made later"
        let end =
            lost.restoredUntil.map { $0.expiryWords(now) }
            ?? "may be revoked at any time; the audit log does not say when"
        let hint: String
        if let rotation = entry.rotation {
            hint = "keyturn rotation show \(rotation.id)"
        } else if entry.refusal.map({ !$0.mayPass }) ?? false {
            hint = Remedy.newSecret(app)
        } else {
            hint = "keyturn rotate \(app); if Zoom refuses: keyturn rotate \(app) --manual"
        }
        return issue(
            .newerSecretLost,
            "generation \(lost.generation) \(made) and is not in the restored vault; generation "
                + "\(entry.credential.generation), which it has, \(end)",
            try: hint, deadline: lost.restoredUntil)
    }

    /// Zoom accepts a secret that is no generation, and it is unknown which of the two lasts. After a later rotation it is
    /// known.
    private var second: HealthIssue? {
        let candidate = entry.candidates.first { $0.verdict == .accepted && entry.generation <= $0.beside }
        guard let candidate else { return nil }
        let expires = candidate.savedAt + RotationTiming().oldSecretLife
        guard now < expires else { return nil }
        return issue(
            .secondSecret,
            "Zoom also accepts a secret that it gave at \(candidate.answeredAt) and that clients do not get: one of "
                + "the two may expire by \(expires)",
            try: "\(entry.rotation == nil ? "" : "once the rotation has ended: ")keyturn rotate \(app)",
            deadline: expires)
    }

    /// A secret from a backup, which is not served until Zoom has accepted it.
    private var unproven: HealthIssue? {
        guard entry.isSuspect else { return nil }
        let generation = "generation \(entry.credential.generation), from a backup,"
        guard let refusal = entry.refusal else {
            return issue(
                .secretUnproven,
                "\(generation) is not served before Zoom has accepted it: it is being tried",
                try: "keyturn app verify \(app)")
        }
        guard !refusal.mayPass else {
            return issue(
                .secretUnproven,
                "\(generation) is not served before Zoom has accepted it: \(refusal.reason)",
                try: "keyturn app verify \(app)")
        }
        return issue(
            .restoredSecretRefused, "\(generation) is refused by Zoom and not served: \(refusal.reason)",
            try: refusal.fixOfRestored(app))
    }

    private var refused: HealthIssue? {
        guard !entry.isSuspect, let refusal = entry.refusal else { return nil }
        guard !refusal.mayPass else {
            let advice = Advice("no usable answer from Zoom: \(refusal.reason)", try: "keyturn app verify \(app)")
            return HealthIssue(code: refusal.cause.rawValue, app: app, advice)
        }
        let reason = "Zoom refused generation \(entry.credential.generation): \(refusal.reason)"
        return HealthIssue(
            code: refusal.cause.rawValue, app: app,
            refusal.cause.advice(on: app, because: reason, isRotating: entry.rotation != nil))
    }

    private var missingScopes: HealthIssue? {
        let missing = entry.missingScopes
        guard !missing.isEmpty else { return nil }
        return issue(
            .missingScopes, "\(ZoomCause.missingScopes.meaning): \(missing.joined(separator: "; "))",
            try: AttentionCode.missingScopes.remedy(app))
    }

    /// Only for a policy with automatic rotation; a running rotation reports its own problems.
    private var impossible: HealthIssue? {
        let lacks = RotationLack.all(of: entry)
        guard entry.app.policy.every != nil, entry.rotation == nil, !lacks.isEmpty else { return nil }
        return issue(.rotationImpossible, lacks.advice("the secret cannot be rotated automatically"))
    }

    private var refusedRotation: HealthIssue? {
        guard entry.app.policy.every != nil, entry.rotation == nil, let refused = entry.refusedRotation else {
            return nil
        }
        return issue(
            .rotationRefused, "the scheduled rotation was refused at \(refused.at): \(refused.reason)",
            try: AttentionCode.rotationRefused.remedy(app))
    }

    private var overdue: HealthIssue? {
        let recurrence: Recurrence?
        switch self.recurrence {
        case .success(let found): recurrence = found
        case .failure(let error):
            return issue(
                .policyUnreadable, "its secret is not rotated automatically: \(error.detail)",
                try: error.hint)
        }
        guard entry.rotation == nil, let recurrence else { return nil }
        let planned = recurrence.due(after: entry.credential.createdAt, now: entry.credential.createdAt)
        guard now - planned > Self.patience else { return nil }
        let since = "due since \(planned), \(countdown(now - planned))"
        if entry.app.policy.isPaused {
            return issue(
                .rotationPaused, "paused, although its rotation is \(since)",
                try: AttentionCode.rotationPaused.remedy(app))
        }
        let due = RotationDue(
            entry, schedulerState: entry.schedulerState, recurrence: recurrence, now: now, catchingUp: false)
        return issue(
            .rotationOverdue, "its rotation is \(since): \(why(due, recurrence))",
            try: "keyturn rotate \(app)")
    }

    private func why(_ due: RotationDue?, _ recurrence: Recurrence) -> String {
        if let due, due.isResting(entry.schedulerState, entry, now: now) {
            return "the last attempt failed; next attempt at \(due.begins)"
        }
        if let refusal = entry.refusal, !refusal.mayPass { return "Zoom refuses the present secret: \(refusal.reason)" }
        if let due, due.begins > now {
            return recurrence.windows.isEmpty
                ? "it starts at \(due.begins)" : "it waits for its window, and starts at \(due.begins)"
        }
        return "it waits for its turn"
    }

    private var draining: HealthIssue? {
        guard let rotation = entry.rotation, rotation.phase == .draining, !holders.isEmpty,
            !rotation.isOldSecretOver(now),
            let deadline = RotationTiming().drainDeadline(rotation), deadline - now <= Self.nearExpiry,
            wait.map({ !($0.row.kind == .holders && $0.isTooLong(now)) }) ?? true
        else { return nil }
        return issue(
            .holdersNearDeadline,
            "the old secret is still held by \(holders.listed), and is revoked at \(deadline), in \(countdown(deadline - now))",
            try: AttentionCode.holdersNearDeadline.remedy(app), deadline: deadline)
    }
}
