package import Domain
package import SecretJSON

/// Where alerts go besides the log. The raw values are the names of settings.
package enum AlertChannelKind: String, JSONValue, Sendable {
    /// Nowhere else.
    case log
    case command, webhook
}

/// The answer to `GET /v1/alerts`: the active alerts, most urgent first.
package struct AlertList: Equatable, Sendable, ListedDocument {
    package struct Entry: Equatable, Sendable, ListedDocument {
        package let issue: HealthIssue
        package let since: Timestamp

        package init(_ issue: HealthIssue, since: Timestamp) {
            self.issue = issue
            self.since = since
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            issue = try members.inline(\.issue, withNulls: true)
            since = try members("since", \.since)
        }
    }

    package let channel: Open<AlertChannelKind>
    /// The number of alerts still to be sent there.
    package let undelivered: Int
    package let alerts: [Entry]

    package init(channel: AlertChannelKind, undelivered: Int, alerts: [Entry]) {
        self.channel = .known(channel)
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
    package let channel: Open<AlertChannelKind>

    package init(channel: AlertChannelKind) { self.channel = .known(channel) }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        channel = try members("channel", \.channel)
    }
}
