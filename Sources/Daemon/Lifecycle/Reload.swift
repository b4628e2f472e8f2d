import Domain
import Glibc
import HTTPTransport
import Health
package import Logging
import Maintenance
import SocketAPI
import Synchronization

/// Reads the settings again at SIGHUP, while the vault stays open and clients are served: a restart would lock a vault
/// that was unlocked by hand. Settings that can change at run time do; those that need a restart are named. Invalid
/// settings, and those with which a restart would fail, change nothing.
struct Reload {
    /// The settings that can change at run time.
    static let live: Set<String> = ["alerts.channels", "log.level"]

    let began: Settings
    let read: Settings.Reader
    /// Checks whether a restart would succeed with them.
    let check: SettingsCheck
    let notifier: AlertNotifier
    let transport: any HTTPTransport
    /// Whether this process can still start a command.
    let startsPrograms: Bool
    let volume: LogVolume
    let logger: Logger

    /// Runs until it is cancelled.
    func run(at signals: AsyncStream<CInt>) async {
        var settings = began
        for await _ in signals {
            Systemd.notify("RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicMicroseconds)")
            do throws(StartError) { settings = try await apply(try checked(), after: settings) } catch {
                logger.error("the settings are unchanged: \(error)", metadata: error.hint.map { ["try": "\($0)"] })
            }
            Systemd.notify("READY=1")
        }
    }

    private func checked() throws(StartError) -> Settings {
        let settings = try read()
        for warning in try check.run(settings) { logger.warning("\(warning)") }
        return settings
    }

    /// - Returns: the settings from now on, including those that wait for a restart, since they were reported.
    private func apply(_ settings: Settings, after old: Settings) async throws(StartError) -> Settings {
        let isRunnable = startsPrograms || !settings.alertsByCommand
        let channels = try settings.makeAlertChannels(
            closed: check.paths.closed, over: transport, time: notifier.time, isStart: false)
        if isRunnable {
            await notifier.replaceChannels(with: channels)
        } else {
            logger.warning(
                "the alert settings are unchanged: this daemon started without a command, and can no longer start programs",
                metadata: ["try": "restart keyturnd; a vault that was unlocked by hand will then be locked"])
        }
        if let level = Logger.Level(rawValue: settings.logLevel) { volume.level = level }
        let changed = Self.changes(
            from: old, to: settings, live: isRunnable ? Self.live : Self.live.filter { !$0.hasPrefix("alerts.") })
        logger.notice(
            "the settings were read again",
            metadata: changed.now.isEmpty ? nil : ["changed": "\(changed.now.joined(separator: ", "))"])
        if !changed.later.isEmpty {
            logger.warning(
                "these settings wait for a restart", metadata: ["keys": "\(changed.later.joined(separator: ", "))"])
        }
        return settings
    }

    static func changes(
        from old: Settings, to new: Settings, live: Set<String>
    ) -> (now: [String], later: [String]) {
        let changed = Settings.names.filter { old.given[$0] != new.given[$0] }
        return (changed.filter(live.contains), changed.filter { !live.contains($0) })
    }

    private static var monotonicMicroseconds: Int {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
    }
}

/// The log level of all loggers.
package final class LogVolume: Sendable {
    private let state: Mutex<Logger.Level>

    package init(_ level: Logger.Level) { state = Mutex(level) }

    package var level: Logger.Level {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
