import Domain
import Rotation
import Scheduling
import SocketAPI
import Vault

/// The problems of an app. Pure: depends only on its entry and the time.
struct AppProblems {
    /// Most urgent first.
    enum Urgency: Int, Comparable {
        case secretExpires, newerLost, unproven, blocked, waits, lostResponse, refused, missingScopes, overdue, holders,
            note

        static func < (one: Urgency, other: Urgency) -> Bool { one.rawValue < other.rawValue }
    }

    struct Ranked {
        let urgency: Urgency
        let problem: StatusDocument.Problem
    }

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

    private var app: Name { entry.app.name }

    var all: [Ranked] {
        [
            expiring, newerLost, unproven, rotation, waiting, refused, missingScopes, impossible, refusedRotation,
            overdue,
            draining, deadHolders,
        ].compactMap(\.self)
    }

    /// What the running rotation waits for.
    var wait: RotationWait? {
        entry.rotation.flatMap {
            RotationWait(
                $0, holders: holders, targets: targets, generation: entry.credential.generation, now: now)
        }
    }

    /// Most urgent first; among equals, the earlier deadline, then by app.
    static func inOrder(_ problems: [Ranked]) -> [StatusDocument.Problem] {
        let end = Timestamp(unixSeconds: .max)
        return problems.sorted {
            ($0.urgency, $0.problem.deadline ?? end, $0.problem.app?.description ?? "")
                < ($1.urgency, $1.problem.deadline ?? end, $1.problem.app?.description ?? "")
        }.map(\.problem)
    }

    var isOverdue: Bool { overdue?.urgency == .overdue }

    private func ranked(
        _ urgency: Urgency, _ code: AttentionCode, _ detail: String, try hint: String?, deadline: Timestamp? = nil
    ) -> Ranked {
        Ranked(urgency: urgency, problem: .init(code, app: app, detail, try: hint, deadline: deadline))
    }

    private func ranked(_ urgency: Urgency, cause: ZoomCause, _ detail: String, try hint: String?) -> Ranked {
        Ranked(urgency: urgency, problem: .init(cause: cause.rawValue, app: app, detail, try: hint))
    }

    private var expiring: Ranked? {
        guard let expiring = ExpiringSecret(entry, now: now), expiring.expires - now <= Self.nearExpiry else {
            return nil
        }
        return ranked(.secretExpires, .secretExpires, expiring.detail, try: expiring.hint, deadline: expiring.expires)
    }

    private var rotation: Ranked? {
        guard let rotation = entry.rotation else { return nil }
        let expiry = rotation.revokeAt.map { "; the old secret \(expiryWords($0, now))" } ?? ""
        switch rotation.phase {
        case .lostResponse:
            return ranked(
                .lostResponse, .lostResponse,
                "an answer of Zoom was lost\(expiry); Keyturn asks again\(rotation.due.map { " at \($0)" } ?? "")",
                try: "keyturn rotation show \(rotation.id)", deadline: rotation.revokeAt)
        case .blocked:
            return ranked(
                .blocked, .rotationBlocked, "\(rotation.reason ?? "the rotation is blocked")\(expiry)",
                try: goingOn(rotation, of: app, targets: targets), deadline: rotation.revokeAt)
        default: return nil
        }
    }

    /// A newer secret was made and is in no vault, so the served one will expire. Holds until another one is live.
    private var newerLost: Ranked? {
        guard let lost = entry.lostSecret else { return nil }
        let words = LostSecret(lost, entry, now: now)
        return ranked(.newerLost, .newerSecretLost, words.detail, try: words.hint, deadline: lost.restoredUntil)
    }

    /// A secret from a backup, which is not served until Zoom has accepted it.
    private var unproven: Ranked? {
        guard entry.isSuspect else { return nil }
        let generation = "generation \(entry.credential.generation), from a backup,"
        guard let refusal = entry.refusal else {
            return ranked(
                .unproven, .secretUnproven,
                "\(generation) is not served before zoom has accepted it: it is being tried",
                try: "keyturn app verify \(app)")
        }
        guard !refusal.mayPass else {
            return ranked(
                .unproven, .secretUnproven,
                "\(generation) is not served before zoom has accepted it: \(refusal.reason)",
                try: "keyturn app verify \(app)")
        }
        let restored = RestoredSecret(app: app, cause: refusal.cause, reason: refusal.reason)
        return ranked(
            .unproven, .restoredSecretRefused, "\(generation) is refused by zoom and not served: \(restored.detail)",
            try: restored.hint)
    }

    private var refused: Ranked? {
        guard !entry.isSuspect, let refusal = entry.refusal else { return nil }
        guard !refusal.mayPass else {
            return ranked(
                .note, cause: refusal.cause, "no usable answer from zoom: \(refusal.reason)",
                try: "keyturn app verify \(app)")
        }
        let words = RefusedSecret(
            app: app, cause: refusal.cause,
            reason: "zoom refused generation \(entry.credential.generation): \(refusal.reason)",
            isRotating: entry.rotation != nil)
        return ranked(.refused, cause: refusal.cause, words.detail, try: words.hint)
    }

    private var missingScopes: Ranked? {
        let missing = entry.missingScopes
        guard !missing.isEmpty else { return nil }
        return ranked(
            .missingScopes, .missingScopes, "\(ZoomCause.missingScopes.meaning): \(missing.joined(separator: "; "))",
            try: ZoomCause.missingScopes.fix(app.description))
    }

    /// Only for a policy with automatic rotation; a running rotation reports its own problems.
    private var impossible: Ranked? {
        let lacks = RotationLack.all(of: entry)
        guard entry.app.policy.every != nil, entry.rotation == nil, !lacks.isEmpty else { return nil }
        return ranked(
            .overdue, .rotationImpossible,
            "its secret cannot be rotated automatically: \(lacks.map(\.words).joined(separator: "; "))",
            try: lacks.map(\.hint).joined(separator: "; "))
    }

    private var refusedRotation: Ranked? {
        guard entry.app.policy.every != nil, entry.rotation == nil, let refused = entry.refusedRotation else {
            return nil
        }
        return ranked(
            .overdue, .rotationRefused, "the scheduled rotation was refused at \(refused.at): \(refused.reason)",
            try: "keyturn rotate \(app) --dry-run shows the obstacles; then keyturn rotate \(app)")
    }

    private var overdue: Ranked? {
        let recurrence: Recurrence?
        switch self.recurrence {
        case .success(let found): recurrence = found
        case .failure(let error):
            return ranked(
                .overdue, .policyUnreadable, "its secret is not rotated automatically: \(error.detail)",
                try: error.hint)
        }
        guard entry.rotation == nil, let recurrence else { return nil }
        let planned = recurrence.due(after: entry.credential.createdAt, now: entry.credential.createdAt)
        guard now - planned > Self.patience else { return nil }
        let since = "due since \(planned), \(countdown(now - planned))"
        if entry.app.policy.isPaused {
            return ranked(
                .note, .rotationPaused, "paused, although its rotation is \(since)", try: "keyturn resume \(app)")
        }
        let due = RotationDue(
            entry, upkeep: entry.upkeep, recurrence: recurrence, now: now, catchingUp: false)
        return ranked(
            .overdue, .rotationOverdue, "its rotation is \(since): \(why(due, recurrence))",
            try: "keyturn rotate \(app)")
    }

    private func why(_ due: RotationDue?, _ recurrence: Recurrence) -> String {
        if let due, due.isResting(entry.upkeep, entry, now: now) {
            return "the last attempt failed; next attempt at \(due.begins)"
        }
        if let refusal = entry.refusal, !refusal.mayPass { return "zoom refuses the present secret: \(refusal.reason)" }
        if let due, due.begins > now {
            return recurrence.windows.isEmpty
                ? "it starts at \(due.begins)" : "it waits for its window, and starts at \(due.begins)"
        }
        return "it waits for its turn"
    }

    private var draining: Ranked? {
        guard let rotation = entry.rotation, rotation.phase == .draining, !holders.isEmpty,
            let deadline = RotationTiming().drainDeadline(rotation), deadline - now <= Self.nearExpiry,
            wait.map({ !($0.row.kind == .holders && $0.isTooLong(now)) }) ?? true
        else { return nil }
        return ranked(
            .holders, .holdersNearDeadline,
            "the old secret is still held by \(listed(holders)), and is revoked at \(deadline), in \(countdown(deadline - now))",
            try: "make them fetch again; keyturn holders \(app)", deadline: deadline)
    }
}
