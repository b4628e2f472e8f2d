package import Domain
package import SecretJSON

/// The answer to `GET /v1/alerts`: the active alerts, most urgent first.
package struct AlertList: Equatable, Sendable, ListedDocument {
    package struct Entry: Equatable, Sendable, ListedDocument {
        package let severity: String
        package let code: String
        package let app: String?
        package let target: String?
        package let since: Timestamp
        package let detail: String
        package let hint: String?

        package init(
            severity: String, code: String, app: String?, target: String?, since: Timestamp, detail: String,
            try hint: String?
        ) {
            self.severity = severity
            self.code = code
            self.app = app
            self.target = target
            self.since = since
            self.detail = detail
            self.hint = hint
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            severity = try members("severity", \.severity)
            code = try members("code", \.code)
            app = try members.orNull("app", \.app)
            target = try members.orNull("target", \.target)
            since = try members("since", \.since)
            detail = try members("detail", \.detail)
            hint = try members.orNull("try", \.hint)
        }
    }

    /// `log`, `command` or `webhook`.
    package let channel: String
    /// The number of alerts still to be sent there.
    package let undelivered: Int
    package let alerts: [Entry]

    package init(channel: String, undelivered: Int, alerts: [Entry]) {
        self.channel = channel
        self.undelivered = undelivered
        self.alerts = alerts
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        channel = try members("channel", \.channel)
        undelivered = try members("undelivered", \.undelivered)
        alerts = try members("alerts", \.alerts)
    }
}

/// The answer to `POST /v1/alerts/test`: the channels that accepted the alert.
package struct AlertTested: Equatable, Sendable, ListedDocument {
    package let channel: String

    package init(channel: String) { self.channel = channel }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        channel = try members("channel", \.channel)
    }
}
