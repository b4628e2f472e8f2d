package import Schedule
package import Times
package import Vault

extension App {
    /// When the app's secret is to be rotated by itself; `nil` for never.
    func recurrence() throws(ScheduleError) -> Recurrence? {
        guard let every = policy.every else { return nil }
        return Recurrence(
            every: every, windows: policy.windows.isEmpty ? [] : try Window.list(policy.windows),
            zone: try systemTimeZone(policy.timeZone), splayKey: id)
    }
}

/// The system's time zones. `UTC` needs no file.
package func systemTimeZone(_ name: String) throws(ScheduleError) -> TimeZoneRules {
    name == "UTC" ? .utc : try TimeZoneRules(named: name)
}

extension AppEntry {
    /// When the present secret is due to be replaced, as far as the policy goes; in the past when it is overdue.
    package var rotationDue: Timestamp? {
        guard rotation == nil, !app.policy.isPaused else { return nil }
        let recurrence = try? app.recurrence()
        return recurrence?.due(after: credential.createdAt, now: credential.createdAt)
    }
}
