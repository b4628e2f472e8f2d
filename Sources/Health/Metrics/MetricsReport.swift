import Audit
package import Doctor
package import Domain
import Rotation
import Scheduling
package import SecretMemory
package import SocketAPI
import Vault

/// All metrics. They contain no secret, and no label has more than ``most`` values and one for all others.
package struct MetricsReport {
    /// How many apps, targets or clients have samples of their own: the first by name.
    static let most = 1000
    /// The label of all others together. Not a valid name.
    static let others = FetchCounts.Label.others

    /// The metrics that need an unlocked vault.
    package struct Unlocked {
        let vault: Vault
        var resealing: Resealing?
        var auditLag: (lines: Int, seconds: Double) = (0, 0)
        /// The problems of the status.
        var problems: [HealthIssue] = []

        init(vault: Vault) { self.vault = vault }

        package init(_ vitals: Vitals, problems: [HealthIssue]) {
            (vault, resealing, auditLag) = (vitals.vault, vitals.resealing.progress, vitals.audit.lag)
            self.problems = problems
        }
    }

    let version: String
    let startedAt: Timestamp
    let now: Moment
    package var unlocked: Unlocked?
    package var disk: DiskRoom?
    package var fetches: [FetchCounts.Label: Int] = [:]
    /// How long answers of the agent socket took that came out of memory, and those that waited for Zoom.
    package var fromMemory = OpenMetrics.Histogram()
    package var fromZoom = OpenMetrics.Histogram()
    package var events = EventTally.Counts()
    /// The severity of each active alert.
    package var alerts: [Severity] = []
    /// Where alerts are sent besides the log.
    package var channels: [AlertList.Channel] = []

    package init(version: String, startedAt: Timestamp, now: Moment) {
        (self.version, self.startedAt, self.now) = (version, startedAt, now)
    }

    package func text(_ dialect: OpenMetrics.Dialect = .openMetrics) -> SecretBytes {
        var text = OpenMetrics(dialect)
        text.gauge(
            "keyturn_build_info", help: "1; the program's version is the label.",
            [.init([("version", version)], 1)])
        text.gauge(
            "keyturn_start_time_seconds", unit: "seconds", help: "When the daemon started, in Unix time.",
            [.init(startedAt.unixSeconds)])
        text.gauge("keyturn_unlocked", help: "1 when the vault is unlocked.", [.init(unlocked == nil ? 0 : 1)])
        if let disk {
            text.gauge(
                "keyturn_disk_free_bytes", unit: "bytes", help: "Free space on the file system of the state directory.",
                [.init(disk.free)])
            text.gauge(
                "keyturn_disk_size_bytes", unit: "bytes", help: "Size of the file system of the state directory.",
                [.init(disk.total)])
        }
        text.gauge(
            "keyturn_alerts", help: "Active alerts.", label: "severity",
            [Severity.critical, .warning].map { severity in
                (of: severity.rawValue, value: alerts.count { $0 == severity })
            })
        text.gauge(
            "keyturn_alerts_undelivered", help: "Alerts still to be delivered to the channel.", label: "channel",
            channels.map { (of: $0.name.description, value: $0.undelivered) })
        text.gauge(
            "keyturn_alerts_refused", help: "Alerts that the channel's receiver refused.", label: "channel",
            channels.map { (of: $0.name.description, value: $0.refused) })
        writeTraffic(to: &text)
        if let unlocked { write(unlocked, to: &text) }
        return text.finish()
    }

    /// The counters since the start of the daemon, locked or not.
    private func writeTraffic(to text: inout OpenMetrics) {
        let named = Set(self.fetches.keys.map(\.client)).filter { $0 != Self.others }.sorted().prefix(Self.most)
        let known = Set(named)
        var fetches: [FetchCounts.Label: Int] = [:]
        for (label, count) in self.fetches {
            let client = known.contains(label.client) ? label.client : Self.others
            fetches[.init(client: client, outcome: label.outcome), default: 0] += count
        }
        text.counter(
            "keyturn_fetches", help: "Answers of the agent socket about apps, by client and outcome.",
            fetches.sorted { ($0.key.client, $0.key.outcome.rawValue) < ($1.key.client, $1.key.outcome.rawValue) }.map {
                .init([("client", $0.key.client), ("outcome", $0.key.outcome.rawValue)], $0.value)
            })
        text.histogram(
            "keyturn_agent_answer_seconds",
            help: "From a request at the agent socket to its answer, from memory or, for a new token, from Zoom.",
            [([("from", "memory")], fromMemory), ([("from", "zoom")], fromZoom)])
        text.counter("keyturn_mints", help: "Access tokens that Zoom issued.", [.init(events.minted)])
        text.counter(
            "keyturn_mint_failures", help: "Failed attempts to get an access token, by cause.",
            events.failures.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { .init([("cause", $0.key.rawValue)], $0.value) })
        text.counter(
            "keyturn_rotation_moves", help: "How many times a rotation entered a state.",
            RotationPhase.allCases.map { .init([("state", $0.rawValue)], events.states[$0, default: 0]) })
    }

    private func write(_ unlocked: Unlocked, to text: inout OpenMetrics) {
        let vault = unlocked.vault
        text.gauge("keyturn_key_epoch", help: "The key epoch that rows are encrypted in.", [.init(vault.keyEpoch)])
        text.gauge(
            "keyturn_rows_to_reseal", help: "Rows that are encrypted in an older key epoch.",
            [.init(unlocked.resealing.map { $0.rows - $0.done } ?? 0)])
        text.gauge(
            "keyturn_audit_lag_lines", help: "Lines of the audit log that are not on disk.",
            [.init(unlocked.auditLag.lines)])
        text.gauge(
            "keyturn_audit_lag_seconds", unit: "seconds", help: "The age of the oldest of them.",
            [.init(seconds: unlocked.auditLag.seconds)])
        text.gauge(
            "keyturn_problems", help: "The problems in the status, by code and severity.",
            Dictionary(grouping: unlocked.problems) { [$0.code, $0.severity.rawValue] }
                .sorted { $0.key.lexicographicallyPrecedes($1.key) }
                .map { .init([("code", $0.key[0]), ("severity", $0.key[1])], $0.value.count) })

        let entries = vault.catalog.apps
        let targets = vault.catalog.targets
        let clients = vault.catalog.clients.count
        text.gauge("keyturn_apps", help: "Apps in the vault.", [.init(entries.count)])
        text.gauge("keyturn_clients", help: "Clients in the vault.", [.init(clients)])
        text.gauge("keyturn_targets", help: "Push targets in the vault.", [.init(targets.count)])
        text.gauge(
            "keyturn_gathered", help: "How many have no samples of their own and share the label *.",
            label: "label",
            [("app", entries.count), ("target", targets.count), ("client", clients)].map {
                (of: $0.0, value: max($0.1 - Self.most, 0))
            })
        let open = entries.compactMap(\.rotation?.phase)
        text.gauge(
            "keyturn_open_rotations", help: "Running rotations, by state.", label: "state",
            RotationPhase.allCases.filter { !$0.isFinal }.map { phase in
                (of: phase.rawValue, value: open.count { $0 == phase })
            })
        var recurrences = Recurrences()
        let byApp = Dictionary(grouping: targets, by: \.target.appID)
        let apps = entries.map { entry in
            let gauges = AppGauges(entry, byApp[entry.app.id] ?? [], vault.catalog, &recurrences, now)
            return (name: entry.app.name.description, subject: gauges)
        }
        for family in AppGauges.families { family.write(apps, label: "app", to: &text) }
        let pushed = targets.map { entry in
            (name: entry.target.name.description, subject: TargetGauges(entry, vault.catalog, now.wall))
        }
        for family in TargetGauges.families { family.write(pushed, label: "target", to: &text) }
    }
}
