import Domain
package import Logging
import Maintenance
import SocketAPI
import System

/// Delivers alerts to the log and to channels. ``AlertState`` decides what and when, one for the log and one for each
/// channel; this reads the status, writes, sends, and saves the states across restarts. An alert that was sent but not
/// recorded is sent again.
package actor AlertNotifier {
    /// The shortest and longest pause between two checks, in seconds: with very many apps, checks are less frequent, so
    /// that they take at most a two-hundredth of one core.
    static let pause = (least: 10, most: 60)

    let status: StatusReport
    let delivery: AlertDelivery
    private let file: AlertFile
    let logger: Logger
    let host: String
    private var log: AlertState
    /// In the order of the settings.
    private(set) var channels: [AlertChannel] = []
    private(set) var queues: [Name: ChannelQueue] = [:]
    /// The content of the file.
    private var saved: AlertStates
    private var isUnsaved = false
    private var nextPoll = 0
    private var isTesting = false

    /// - Parameter delivery: learns which channels accept alerts.
    package init(
        status: StatusReport, channels: [AlertChannel], file: AlertFile, delivery: AlertDelivery = AlertDelivery(),
        logger: Logger
    ) {
        self.status = status
        self.delivery = delivery
        self.file = file
        self.logger = logger
        host = hostName()
        do throws(StartError) { saved = try file.read() } catch {
            logger.warning("the state of alerts is lost: \(error)")
            saved = AlertStates()
        }
        log = saved.log
        self.channels = channels
        for channel in channels { queues[channel.name] = ChannelQueue(saved.channels[channel.name] ?? AlertState()) }
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
            update(now)
            save()
        }
        for channel in channels { deliver(by: channel, now) }
    }

    private func update(_ now: Moment) {
        let vitals = status.vitals()
        let seen = (vitals.map { status.issues($0) } ?? status.whileLocked)
            .filter { $0.code != AttentionCode.alertsUndelivered.rawValue }
        let news = log.update(seen + delivery.problems(now), isBlind: vitals == nil, now: now.wall)
        for alert in news { alert.log(to: logger) }
        log.deliverAll(now.wall)
        for channel in channels {
            queues[channel.name]?.alerts.update(
                seen + delivery.problems(now, for: channel.name), least: channel.least, following: log,
                isBlind: vitals == nil, now: now.wall)
            if queues[channel.name]?.forgetFailuresIfIdle() == true { delivery.isIdle(channel.name) }
        }
    }

    /// One with a name that there was before goes on where it was; a new one gets all active alerts.
    /// Pending alerts are sent at once.
    package func replaceChannels(with channels: [AlertChannel]) {
        let names = Set(channels.map(\.name))
        for (name, queue) in queues where !names.contains(name) {
            if queue.alerts.pending > 0 {
                logger.warning(
                    "alerts that a removed channel had not accepted are not sent any more",
                    metadata: ["channel": "\(name)", "alerts": "\(queue.alerts.pending)"])
            }
            queues[name] = nil
            delivery.worked(name)
        }
        self.channels = channels
        for name in names {
            queues[name, default: ChannelQueue()].forgetFailures()
            delivery.isIdle(name)
        }
        nextPoll = 0
    }

    private func deliver(by channel: AlertChannel, _ now: Moment) {
        guard let (key, alert) = queues[channel.name]?.next(now) else { return }
        Task {
            let failure: NotAccepted?
            do throws(NotAccepted) {
                try await channel.receiver.send(alert, from: host)
                failure = nil
            } catch { failure = error }
            record(failure, of: key, alert, by: channel)
        }
    }

    private func record(_ failure: NotAccepted?, of key: AlertState.Key, _ alert: Alert, by channel: AlertChannel) {
        let (name, now) = (channel.name, status.time.now)
        // Since then the settings may have been read again, without this channel.
        guard queues[name] != nil else { return }
        if let failure {
            let isNews = queues[name]?.failed(key, failure, now) == true
            delivery.failed(name, failure, at: now)
            if isNews { report(failure, by: name, alert) }
        } else {
            if queues[name]?.accepted(key, alert) == true {
                logger.notice("alerts are accepted again", metadata: ["by": "\(name)"])
            }
            if queues[name]?.alerts.refused == 0 { delivery.worked(name) }
        }
        save()
        if failure == nil, let present = channels.first(where: { $0.name == name }) { deliver(by: present, now) }
    }

    private func report(_ failure: NotAccepted, by name: Name, _ alert: Alert) {
        logger.error(
            failure.isFinal
                ? "an alert was refused, and is sent again in an hour: \(failure)"
                : "an alert was not accepted, and is sent again: \(failure)",
            metadata: ["channel": "\(name)", "id": "\(alert.id)", "try": "keyturn alert test \(name)"])
    }

    private func save() {
        let states = AlertStates(log: log, channels: queues.mapValues(\.alerts))
        guard !states.isSaved(as: saved) else { return }
        do throws(StartError) {
            try file.write(states)
            saved = states
            isUnsaved = false
        } catch {
            if !isUnsaved { logger.error("alerts may be sent again after a restart: \(error)") }
            isUnsaved = true
        }
    }

    // MARK: Operators' requests

    /// The active alerts.
    var raised: [Alert] { log.raised(status.time.now.wall) }

    /// Sends a test alert to some channels now, all at the same time, and waits for their answers.
    /// - Returns: why each of them did not accept it; `nil` while another test runs: real alerts must not wait behind many.
    func sendTest(to channels: [AlertChannel]) async -> [NotAccepted?]? {
        guard !isTesting else { return nil }
        isTesting = true
        defer { isTesting = false }
        let alert = Alert.test(status.time.now.wall)
        alert.log(to: logger)
        let failures = await withTaskGroup(of: (Int, NotAccepted?).self) { tasks in
            for (index, channel) in channels.enumerated() {
                tasks.addTask { [host] in
                    do throws(NotAccepted) {
                        try await channel.receiver.send(alert, from: host)
                        return (index, nil)
                    } catch { return (index, error) }
                }
            }
            var found = [NotAccepted?](repeating: nil, count: channels.count)
            for await (index, failure) in tasks { found[index] = failure }
            return found
        }
        for (channel, failure) in zip(channels, failures) where failure == nil {
            queues[channel.name]?.forgetFailures()
            delivery.worked(channel.name)
        }
        return failures
    }
}
