import Domain
package import Logging
import Maintenance
import SecretMemory
package import SocketAPI
import System

/// Delivers alerts to the log, and to a command or a webhook. ``AlertState`` decides what and when; this reads the
/// status, writes, sends, and saves the state across restarts. An alert that was sent but not recorded is sent again.
package actor AlertNotifier {
    /// The shortest and longest pause between two checks, in seconds: with very many apps, checks are less frequent, so
    /// that they take at most a two-hundredth of one core.
    static let pause = (least: 10, most: 60)
    /// The pauses after failed deliveries, in seconds.
    static let backoff = Backoff(first: 5, longest: 900)

    private let status: StatusReport
    private let delivery: AlertDelivery
    private var channel: AlertChannel
    private let file: AlertFile
    private let logger: Logger
    private let host: String
    private var state: AlertState
    /// The content of the file.
    private var saved: AlertState
    private var isUnsaved = false
    private var nextPoll = 0
    private var nextTry = 0
    private var failures = 0
    private var sending: Task<Void, Never>?
    private var isTesting = false

    /// - Parameter delivery: learns whether alerts are accepted.
    package init(
        status: StatusReport, channel: AlertChannel, file: AlertFile, delivery: AlertDelivery = AlertDelivery(),
        logger: Logger
    ) {
        self.status = status
        self.delivery = delivery
        self.channel = channel
        self.file = file
        self.logger = logger
        host = hostName()
        do throws(StartError) { state = try file.read() } catch {
            logger.warning("the state of alerts is lost: \(error)")
            state = AlertState()
        }
        saved = state
    }

    /// Starts the work that is due; call it once a second. Returns without waiting for it.
    package func poll() {
        let now = status.time.now
        if now.boot >= nextPoll {
            let began = ContinuousClock.now
            defer {
                let cost = (ContinuousClock.now - began) / .seconds(1)
                nextPoll = now.boot + min(max(Self.pause.least, Int(cost * 200)), Self.pause.most)
            }
            let vitals = status.vitals()
            let seen = vitals.map { status.issues($0) } ?? status.whileLocked
            for alert in state.update(seen, isBlind: vitals == nil, now: now.wall) { alert.log(to: logger) }
            // What nobody accepted may be over by now.
            if pending == 0, sending == nil { forgetFailures() }
            save()
        }
        deliver(now)
    }

    /// Sets the channel. Pending alerts are sent to it at once.
    package func deliver(by channel: AlertChannel) {
        self.channel = channel
        forgetFailures()
    }

    private func forgetFailures() {
        (failures, nextTry) = (0, 0)
        delivery.worked()
    }

    private func deliver(_ now: Moment) {
        guard sending == nil, now.boot >= nextTry, let (key, alert) = state.next(now.wall) else { return }
        let body = alert.render(host: host)
        sending = Task {
            do throws(AlertChannel.NotAccepted) {
                try await channel.send(body)
                state.delivered(key, alert)
                if failures > 0 {
                    logger.notice("alerts are accepted again", metadata: ["by": "\(channel.kind.rawValue)"])
                }
                failures = 0
                delivery.worked()
            } catch {
                state.refused(key)
                delivery.failed("\(error)", at: status.time.now)
                failures += 1
                nextTry = status.time.now.boot + Self.backoff.pause(after: failures)
                if failures == 1 {
                    logger.error("an alert was not accepted, and is sent again: \(error); try: keyturn alert test")
                }
            }
            sending = nil
            save()
            if failures == 0 { deliver(status.time.now) }
        }
    }

    private func save() {
        guard !state.isSaved(as: saved) else { return }
        do throws(StartError) {
            try file.write(state)
            saved = state
            isUnsaved = false
        } catch {
            if !isUnsaved { logger.error("alerts may be sent again after a restart: \(error)") }
            isUnsaved = true
        }
    }

    // MARK: Operators' requests

    /// Like ``raised``, for the admin socket.
    package var list: AlertList {
        AlertList(
            channel: channel.kind, undelivered: pending,
            alerts: raised.map { AlertList.Entry($0.issue, since: $0.since) })
    }

    /// The channel besides the log: `log` for none.
    package var channelKind: AlertChannelKind { channel.kind }

    /// The active alerts.
    var raised: [Alert] { state.raised(status.time.now.wall) }

    /// How urgent each of them is.
    package var severities: [Severity] { raised.map(\.issue.severity) }

    /// The number of pending deliveries.
    package var pending: Int { state.pending }

    /// Sends a test alert now. One at a time: real alerts must not wait behind many.
    package func test() async throws(AlertChannel.NotAccepted) -> AlertChannelKind {
        guard !isTesting else { throw .init(description: "another test is running") }
        isTesting = true
        defer { isTesting = false }
        let now = status.time.now.wall
        let alert = Alert(
            id: "test::\(now.unixSeconds)", state: .raised, isReminder: false,
            issue: HealthIssue(code: "test", Advice("this is a test: nothing is wrong")), others: nil, since: now,
            at: now)
        alert.log(to: logger)
        try await channel.send(alert.render(host: host))
        forgetFailures()
        return channel.kind
    }
}

extension Alert {
    /// One line; its fields are the members of the JSON document.
    func log(to logger: Logger) {
        let level: Logger.Level =
            switch (state, issue.severity) {
            case (.resolved, _): .notice
            case (.raised, .critical): .critical
            case (.raised, .warning), (.raised, .note): .warning
            }
        var fields: Logger.Metadata = [
            "alert": "\(issue.code)", "state": "\(state.rawValue)", "severity": "\(issue.severity.rawValue)",
            "id": "\(id)",
            "since": "\(since)",
        ]
        if isReminder { fields["reminder"] = "true" }
        if let app = issue.app { fields["app"] = "\(app)" }
        if let target = issue.target { fields["target"] = "\(target)" }
        if let others { fields["others"] = "\(others)" }
        if let deadline = issue.deadline { fields["deadline"] = "\(deadline)" }
        logger.log(level: level, "\(line)", metadata: fields)
    }
}
