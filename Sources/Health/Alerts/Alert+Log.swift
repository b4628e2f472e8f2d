import Domain
import Logging
import SocketAPI

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
