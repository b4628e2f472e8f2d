import Names
import Rotation
import Schedule
import Scheduling
import SecretMemory
import SocketAPI
import Times
import Vault

/// How everything is, in numbers. What is counted for each app is so for the first thousand by name; all others come
/// together as the app `*`, with the worst of them, and of what is 0 or 1 with how many are 1.
struct MetricsReport {
    static let mostApps = 1000
    static let others = "*"

    /// A family with a value for each app that has one.
    struct Family: Sendable {
        let name: String
        var unit: String?
        let help: String
        /// What stands for several apps.
        let together: @Sendable ([Int]) -> Int?
        let value: @Sendable (Gauges) -> Int?
    }

    /// The numbers of one app.
    struct Gauges {
        var secretAge = 0
        var nextRotation: Int?
        var isOverdue = false
        var isHeld = false
        var secretDies: Int?
        var tokenLeft: Int?
        var probeAge: Int?
    }

    static let families = [
        Family(
            name: "keyturn_secret_age_seconds", unit: "seconds", help: "How long Keyturn has had the current secret.",
            together: { $0.max() }, value: { $0.secretAge }),
        Family(
            name: "keyturn_next_rotation_seconds", unit: "seconds",
            help: "Until the secret is rotated by itself; negative when that is overdue.",
            together: { $0.min() }, value: { $0.nextRotation }),
        Family(
            name: "keyturn_rotation_overdue", help: "1 when a rotation is due for more than an hour and not begun.",
            together: { $0.reduce(0, +) }, value: { $0.isOverdue ? 1 : 0 }),
        Family(
            name: "keyturn_rotation_held", help: "1 when a rotation waits for the operator.",
            together: { $0.reduce(0, +) }, value: { $0.isHeld ? 1 : 0 }),
        Family(
            name: "keyturn_secret_dies_seconds", unit: "seconds",
            help: "Until Zoom kills the secret that is handed out while no other has taken its place.",
            together: { $0.min() }, value: { $0.secretDies }),
        Family(
            name: "keyturn_token_left_seconds", unit: "seconds", help: "Until the access token expires.",
            together: { $0.min() }, value: { $0.tokenLeft }),
        Family(
            name: "keyturn_probe_age_seconds", unit: "seconds", help: "Since Zoom last took or refused the secret.",
            together: { $0.max() }, value: { $0.probeAge }),
    ]

    static func text(_ vault: Vault?, resealing: Resealing? = nil, now: Moment) -> SecretBytes {
        var text = OpenMetrics()
        text.gauge(
            "keyturn_unlocked", help: "1 when the vault is unlocked.", [(of: nil, value: vault == nil ? 0 : 1)])
        guard let vault else { return text.finish() }
        text.gauge(
            "keyturn_key_epoch", help: "The key epoch that rows are sealed in.", [(of: nil, value: vault.keyEpoch)])
        text.gauge(
            "keyturn_rows_to_reseal", help: "Rows that are sealed in an older key epoch.",
            [(of: nil, value: resealing.map { $0.rows - $0.done } ?? 0)])
        let entries = vault.catalog.apps
        text.gauge("keyturn_apps", help: "Apps in the vault.", [(of: nil, value: entries.count)])
        let open = entries.compactMap(\.rotation?.phase)
        text.gauge(
            "keyturn_open_rotations", help: "Rotations that are under way, by state.", label: "state",
            Rotation.Phase.allCases.filter { !$0.isFinal }.map { phase in
                (of: phase.rawValue, value: open.count { $0 == phase })
            })
        var recurrences = Recurrences()
        let gauges = entries.map { Gauges($0, &recurrences, now) }
        for family in families {
            var samples: [(of: String?, value: Int)] = []
            for (entry, gauges) in zip(entries, gauges).prefix(mostApps) {
                if let value = family.value(gauges) { samples.append((entry.app.name.description, value)) }
            }
            let rest = family.together(gauges.dropFirst(mostApps).compactMap(family.value))
            if let rest, gauges.count > mostApps { samples.append((others, rest)) }
            text.gauge(family.name, unit: family.unit, help: family.help, samples)
        }
        return text.finish()
    }
}

extension MetricsReport.Gauges {
    init(_ entry: AppEntry, _ recurrences: inout Recurrences, _ now: Moment) {
        let recurrence = Result { () throws(ScheduleError) in try recurrences.of(entry.app) }
        secretAge = max(now.wall - entry.credential.createdAt, 0)
        nextRotation = entry.nextRotation(try? recurrence.get(), now.wall).map { $0 - now.wall }
        isOverdue = AppProblems(entry: entry, holders: [], recurrence: recurrence, now: now.wall).isOverdue
        isHeld = entry.rotation?.phase == .held
        secretDies = entry.secretDies.map { $0 - now.wall }
        tokenLeft = entry.token.map { max($0.secondsLeft(at: now), 0) }
        probeAge = entry.lastLook.map { max(now.wall - $0.at, 0) }
    }
}
