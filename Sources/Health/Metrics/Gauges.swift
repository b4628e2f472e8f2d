import Domain
import Rotation
import Scheduling
import Vault

/// A family of gauges with one value for each subject, such as each app. Subjects beyond ``most``, by name, are combined
/// under the name ``others``: the output stays bounded, and problems stay visible.
struct GaugeFamily<Subject>: Sendable {
    let name: String
    var unit: String?
    let help: String
    /// Combines several values: into the worst of them or, for values of 0 or 1, the number of ones.
    let together: @Sendable ([Int]) -> Int?
    let value: @Sendable (Subject) -> Int?

    /// - Parameter subjects: sorted by name.
    func write(_ subjects: [(name: String, subject: Subject)], label: String, to text: inout OpenMetrics) {
        var samples: [(of: String?, value: Int)] = []
        for (name, subject) in subjects.prefix(MetricsReport.most) {
            if let value = value(subject) { samples.append((name, value)) }
        }
        let rest = together(subjects.dropFirst(MetricsReport.most).compactMap { value($0.subject) })
        if let rest, subjects.count > MetricsReport.most { samples.append((MetricsReport.others, rest)) }
        text.gauge(name, unit: unit, help: help, label: label, samples)
    }
}

/// The metrics of one app.
struct AppGauges: Sendable {
    let generation: Int
    let secretAge: Int
    let nextRotation: Int?
    let isOverdue: Bool
    let isBlocked: Bool
    let nextStep: Int?
    let drainEnds: Int?
    let secretExpires: Int?
    let oldSecretExpires: Int?
    let tokenLeft: Int?
    let probeAge: Int?
    let holdersBehind: Int
    let waited: Int?
    let waitsTooLong: Bool

    init(
        _ entry: AppEntry, _ targets: [TargetEntry], _ catalog: Catalog, _ recurrences: inout Recurrences, _ now: Moment
    ) {
        let recurrence = Result { () throws(ScheduleError) in try recurrences.of(entry.app) }
        let rotation = entry.rotation
        generation = entry.credential.generation.number
        secretAge = max(now.wall - entry.credential.createdAt, 0)
        nextRotation = entry.nextRotation(try? recurrence.get(), now.wall).map { $0 - now.wall }
        let holders = catalog.holders(of: entry)
        let problems = AppProblems(
            entry: entry, holders: holders, recurrence: recurrence, now: now.wall, targets: targets)
        isOverdue = problems.isOverdue
        isBlocked = rotation?.phase == .blocked
        nextStep = rotation?.due.map { $0 - now.wall }
        drainEnds = rotation.flatMap { RotationTiming().drainDeadline($0) }.map { $0 - now.wall }
        secretExpires = entry.secretExpires.map { $0 - now.wall }
        oldSecretExpires = rotation.flatMap { $0.promotedAt == nil ? nil : $0.oldExpires }.map { $0 - now.wall }
        tokenLeft = entry.token.map { max($0.secondsLeft(at: now), 0) }
        probeAge = entry.lastLook.map { max(now.wall - $0.at, 0) }
        holdersBehind = holders.count
        let wait = problems.wait
        waited = wait?.waited(now.wall)
        waitsTooLong = wait?.isTooLong(now.wall) ?? false
    }

    private static func seconds(
        _ name: String, _ help: String, worst: @escaping @Sendable ([Int]) -> Int?,
        _ value: @escaping @Sendable (AppGauges) -> Int?
    ) -> GaugeFamily<AppGauges> {
        GaugeFamily(name: name + "_seconds", unit: "seconds", help: help, together: worst, value: value)
    }

    private static let least: @Sendable ([Int]) -> Int? = { $0.min() }
    private static let most: @Sendable ([Int]) -> Int? = { $0.max() }
    private static let sum: @Sendable ([Int]) -> Int? = { $0.reduce(0, +) }

    static let families = [
        GaugeFamily(
            name: "keyturn_secret_generation", help: "The generation that is served.", together: { _ in nil },
            value: { (gauges: AppGauges) in gauges.generation }),
        seconds("keyturn_secret_age", "How long Keyturn has had the current secret.", worst: most) { $0.secretAge },
        seconds(
            "keyturn_next_rotation", "Until the next scheduled rotation; negative when it is overdue.",
            worst: least
        ) { $0.nextRotation },
        GaugeFamily(
            name: "keyturn_rotation_overdue",
            help: "1 when a rotation has been due for more than an hour and has not started.",
            together: sum, value: { $0.isOverdue ? 1 : 0 }),
        GaugeFamily(
            name: "keyturn_rotation_blocked", help: "1 when a rotation is blocked and needs attention.", together: sum,
            value: { $0.isBlocked ? 1 : 0 }),
        seconds(
            "keyturn_rotation_step", "Until the next step of the running rotation.", worst: least
        ) { $0.nextStep },
        seconds(
            "keyturn_rotation_waiting", "How long the running rotation has been in its present wait.",
            worst: most
        ) { $0.waited },
        GaugeFamily(
            name: "keyturn_rotation_waits_too_long",
            help: "1 when a rotation has waited longer than usual.", together: sum,
            value: { $0.waitsTooLong ? 1 : 0 }),
        seconds(
            "keyturn_drain_deadline", "Until the old secret is revoked, even if clients still use it.", worst: least
        ) { $0.drainEnds },
        seconds(
            "keyturn_secret_expires",
            "Until the served secret expires without a successor.", worst: least
        ) { $0.secretExpires },
        seconds("keyturn_old_secret_expires", "Until the old secret expires at Zoom.", worst: least) {
            $0.oldSecretExpires
        },
        seconds("keyturn_token_left", "Until the access token expires.", worst: least) { $0.tokenLeft },
        seconds("keyturn_probe_age", "Since Zoom last accepted or refused the secret.", worst: most) { $0.probeAge },
        GaugeFamily(
            name: "keyturn_holders_behind", help: "Clients known to hold an older generation.", together: sum,
            value: { $0.holdersBehind }),
    ]
}

/// The metrics of one push target.
struct TargetGauges: Sendable {
    let generation: Int
    let behind: Int?
    let isChanged: Bool
    let failureAge: Int?
    let lookAge: Int?

    init(_ entry: TargetEntry, _ catalog: Catalog, _ now: Timestamp) {
        let delivery = entry.delivery
        generation = delivery.generation?.number ?? 0
        behind = catalog.app(of: entry.target).map {
            $0.credential.generation.number - (delivery.generation?.number ?? 0)
        }
        isChanged = delivery.changedAt != nil
        failureAge = delivery.failure.map { max(now - $0.at, 0) }
        lookAge = delivery.lookedAt.map { max(now - $0, 0) }
    }

    static let families = [
        GaugeFamily(
            name: "keyturn_target_generation", help: "The generation that was pushed last; 0 for none.",
            together: { _ in nil }, value: { (gauges: TargetGauges) in gauges.generation }),
        GaugeFamily(
            name: "keyturn_target_generations_behind",
            help: "How many generations the target is behind the served one.",
            together: { $0.max() }, value: { $0.behind }),
        GaugeFamily(
            name: "keyturn_target_changed", help: "1 when somebody else changed the pushed values.",
            together: { $0.reduce(0, +) }, value: { $0.isChanged ? 1 : 0 }),
        GaugeFamily(
            name: "keyturn_target_failure_age_seconds", unit: "seconds",
            help: "Since the last attempt failed; absent after success.", together: { $0.max() },
            value: { $0.failureAge }),
        GaugeFamily(
            name: "keyturn_target_look_age_seconds", unit: "seconds", help: "Since the console was last checked.",
            together: { $0.max() }, value: { $0.lookAge }),
    ]
}
