package import Domain
package import Vault

/// When apps' secrets are rotated according to their policies. Windows and time zones are read once for all apps that
/// share them; create a new value now and then to pick up an update of the time zone data.
package struct Recurrences: Sendable {
    private struct Key: Hashable {
        let windows: String
        let zone: String
    }

    private var known: [Key: Result<(windows: [Window], zone: TimeZoneRules), ScheduleError>] = [:]

    package init() {}

    /// - Returns: `nil` when the app is not rotated automatically.
    /// - Throws: when the system no longer has the time zone, or a window cannot be read.
    package mutating func of(_ app: App) throws(ScheduleError) -> Recurrence? {
        guard let every = app.policy.every else { return nil }
        let key = Key(windows: app.policy.windows, zone: app.policy.timeZone)
        let found = known[key] ?? Self.read(key)
        known[key] = found
        let (windows, zone) = try found.get()
        return Recurrence(every: every, windows: windows, zone: zone, splayKey: app.id)
    }

    private static func read(_ key: Key) -> Result<(windows: [Window], zone: TimeZoneRules), ScheduleError> {
        do throws(ScheduleError) {
            let windows = key.windows.isEmpty ? [] : try Window.list(key.windows)
            return .success((windows, try systemTimeZone(key.zone)))
        } catch {
            return .failure(error)
        }
    }
}

/// The system's time zones. `UTC` needs no file.
package func systemTimeZone(_ name: String) throws(ScheduleError) -> TimeZoneRules {
    name == "UTC" ? .utc : try TimeZoneRules(named: name)
}
