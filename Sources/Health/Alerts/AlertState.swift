import Domain
import SecretJSON
import SocketAPI

/// The state of the alerts of the log, or of one channel: since when each holds and what has been delivered. Pure: the time
/// is an argument, and the results are what to log and send.
///
/// Each problem is reported once when it begins and once when it ends, and in between each day, more often near its
/// deadline.
struct AlertState: Equatable, Sendable {
    struct Key: Hashable, Comparable, Sendable {
        let code: String
        var app: Name?
        var target: Name?
        /// Stands for all problems without an alert of their own.
        var isOthers = false

        private var order: [String] { [code, isOthers ? "1" : "0"] + [app, target].map { $0?.description ?? "" } }
        static func < (one: Key, other: Key) -> Bool { one.order.lexicographicallyPrecedes(other.order) }
    }

    /// The notification that is still to be delivered.
    enum Pending: String, JSONValue, Sendable { case raised, reminder, resolved }

    struct Standing: Equatable, Sendable {
        /// When it was first seen.
        var since: Timestamp
        /// When it was first absent; `nil` while it is present.
        var goneSince: Timestamp?
        var raisedAt: Timestamp?
        var resolvedAt: Timestamp?
        /// When it last fired or was reminded of, and its severity then.
        var notifiedAt: Timestamp?
        var notifiedAs: Severity?
        var pending: Pending?
        /// Whether its beginning was delivered.
        var isDelivered = false
        /// Whether a delivery is in progress.
        var isOnItsWay = false
        /// The number of failed deliveries in a row.
        var failures = 0
        /// When the receiver refused it, so that sending it again soon would be in vain.
        var refusedAt: Timestamp?
        var others: Int?
        var advice: Advice
        var deadline: Timestamp?

        /// A time in the future was recorded before the clock was set back, and counts from now.
        mutating func revert(to now: Timestamp) {
            since = min(since, now)
            goneSince = goneSince.map { min($0, now) }
            notifiedAt = notifiedAt.map { min($0, now) }
            resolvedAt = resolvedAt.map { min($0, now) }
        }
    }

    /// How many problems of one kind have their own alert. The rest share one: a problem of all apps at once must not
    /// fire for each of them.
    static let mostOfAKind = 20
    /// How many seconds a problem must be absent before it is resolved: one that comes and goes is one problem.
    static let calm = 60
    /// Seconds between reminders.
    static let day = 86_400
    /// How many seconds the resolution of an alert is retried if the channel does not accept it.
    static let patience = 86_400

    var standing: [Key: Standing] = [:]

    init(_ standing: [Key: Standing] = [:]) { self.standing = standing }

    /// Whether the saved file is still up to date; ignores fields recomputed on every tick.
    func isSaved(as other: AlertState) -> Bool {
        func bare(_ entry: Standing) -> Standing {
            var entry = entry
            (entry.advice, entry.deadline, entry.isOnItsWay) = (Advice(""), nil, false)
            (entry.failures, entry.refusedAt) = (0, nil)
            entry.others = entry.others.map { _ in 0 }
            return entry
        }
        return standing.mapValues(bare) == other.standing.mapValues(bare)
    }

    // MARK: Updating

    /// Updates the state from the present problems.
    /// - Parameters:
    ///   - least: the least severity of a problem that fires. One that fired stays, whatever its severity is later: who was
    ///     told of its beginning is told of its end, and not before.
    ///   - leader: the state that names the alerts: the same problem has the same ID and beginning in all states, also in a
    ///     channel that is new, or that a problem reaches only when it becomes critical.
    ///   - isBlind: whether other problems could not be seen, so that absence does not resolve anything.
    /// - Returns: what changed, for the log.
    @discardableResult
    mutating func update(
        _ seen: [HealthIssue], least: Severity = .warning, following leader: AlertState? = nil, isBlind: Bool = false,
        now: Timestamp
    ) -> [Alert] {
        var news: [Alert] = []
        let present = gathered(seen, least, now)
        for (key, found) in present.sorted(by: { $0.key < $1.key }) {
            update(key, found, following: leader?.standing[key], now, &news)
        }
        for key in standing.keys.sorted() where present[key] == nil && !(isBlind && key.code != "locked") {
            miss(key, now, &news)
        }
        return news
    }

    private typealias Found = (issue: HealthIssue, others: Int?)

    /// By key; if a key occurs twice, the first and more urgent one counts.
    private func gathered(_ seen: [HealthIssue], _ least: Severity, _ now: Timestamp) -> [Key: Found] {
        var found: [Key: Found] = [:]
        var kinds: [String: Int] = [:]
        for key in standing.keys where !key.isOthers { kinds[key.code, default: 0] += 1 }
        for issue in seen where AlertPolicy(issue.code) != nil {
            var key = Key(code: issue.code, app: issue.app, target: issue.target)
            guard found[key] == nil else { continue }
            let others = Key(code: issue.code, isOthers: true)
            if standing[key] == nil {
                guard issue.graded(at: now).severity <= least else { continue }
                if kinds[issue.code, default: 0] < Self.mostOfAKind, standing[others] == nil {
                    kinds[issue.code, default: 0] += 1
                } else {
                    key = others
                }
            }
            found[key] = (found[key]?.issue ?? issue, key.isOthers ? (found[key]?.others ?? 0) + 1 : nil)
        }
        return found
    }

    private mutating func update(
        _ key: Key, _ found: Found, following leader: Standing?, _ now: Timestamp, _ news: inout [Alert]
    ) {
        guard let policy = AlertPolicy(key.code) else { return }
        let count = found.others.map {
            Advice("\($0) more have this problem: keyturn status lists them", try: "keyturn status")
        }
        let advice = count ?? found.issue.advice
        var entry = standing[key] ?? Standing(since: leader?.since ?? now, advice: advice)
        entry.revert(to: now)
        (entry.advice, entry.deadline) = (advice, found.issue.deadline)
        let severity = found.issue.graded(at: now).severity
        (entry.others, entry.goneSince) = (found.others, nil)
        if entry.resolvedAt != nil {
            // It came back before its resolution was known to be delivered. It may have arrived all the same.
            (entry.resolvedAt, entry.pending) = (nil, entry.isDelivered ? .reminder : .raised)
            (entry.notifiedAt, entry.notifiedAs) = (now, severity)
            news.append(alert(key, entry, .reminder, now))
        } else if entry.raisedAt == nil {
            if now - entry.since >= policy.patience {
                (entry.raisedAt, entry.pending) = (leader?.raisedAt ?? now, .raised)
                (entry.notifiedAt, entry.notifiedAs) = (now, severity)
                news.append(alert(key, entry, .raised, now))
            }
        } else if let next = Self.nextReminder(entry), next <= now || severity < entry.notifiedAs ?? severity {
            (entry.notifiedAt, entry.notifiedAs) = (now, severity)
            entry.pending = entry.pending ?? .reminder
            news.append(alert(key, entry, .reminder, now))
        }
        standing[key] = entry
    }

    private mutating func miss(_ key: Key, _ now: Timestamp, _ news: inout [Alert]) {
        guard var entry = standing[key] else { return }
        entry.revert(to: now)
        if let resolvedAt = entry.resolvedAt {
            if entry.pending == nil && !entry.isOnItsWay || now - resolvedAt > Self.patience {
                standing[key] = nil
            }
            return
        }
        guard entry.raisedAt != nil else {
            standing[key] = nil
            return
        }
        let goneSince = entry.goneSince ?? now
        entry.goneSince = goneSince
        if now - goneSince >= Self.calm {
            entry.resolvedAt = now
            news.append(alert(key, entry, .resolved, now))
            // Without a delivered beginning there is nothing to resolve.
            (entry.pending, entry.refusedAt) = (entry.isDelivered ? .resolved : nil, nil)
        }
        standing[key] = entry
    }

    /// When the next reminder is due.
    private static func nextReminder(_ entry: Standing) -> Timestamp? {
        guard let notifiedAt = entry.notifiedAt else { return nil }
        let near = Severity.reminders.compactMap { before in
            entry.deadline.map { $0 + -before }.flatMap { $0 > notifiedAt ? $0 : nil }
        }
        return ([notifiedAt + day] + near).min()
    }

    /// The active alerts, most urgent first.
    func raised(_ now: Timestamp) -> [Alert] {
        standing.filter { $0.value.raisedAt != nil && $0.value.resolvedAt == nil }.sorted { $0.key < $1.key }
            .map { alert($0.key, $0.value, .raised, now) }
            .sorted { $0.issue.severity < $1.issue.severity }
    }

    private func id(_ key: Key, _ entry: Standing) -> String {
        let subject =
            key.isOthers ? "others" : [key.app, key.target].compactMap { $0?.description }.joined(separator: "/")
        return "\(key.code):\(subject):\(entry.raisedAt?.unixSeconds ?? 0)"
    }

    func alert(_ key: Key, _ entry: Standing, _ pending: Pending, _ now: Timestamp) -> Alert {
        Alert(
            id: id(key, entry), state: pending == .resolved ? .resolved : .raised, isReminder: pending == .reminder,
            issue: HealthIssue(
                code: key.code, app: key.app, target: key.target, entry.advice, deadline: entry.deadline
            ).graded(at: now), others: entry.others, since: entry.since, at: now)
    }
}
