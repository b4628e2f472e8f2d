package import Domain
package import SecretJSON

/// What kind of receiver an alert channel has. The raw values are those of the setting `type`.
package enum AlertChannelType: String, JSONValue, CaseIterable, Sendable {
    case command, webhook, slack, teams, pagerduty, smtp
}

/// The answer to `GET /v1/alerts`: the channels besides the log, and the active alerts, most urgent first.
package struct AlertList: Equatable, Sendable, ListedDocument {
    package struct Channel: Equatable, Sendable, ListedDocument {
        package let name: Name
        package let type: Open<AlertChannelType>
        /// Where that is, as far as it is no secret.
        package let receiver: String
        package let least: Severity
        /// The number of alerts still to be sent there.
        package let undelivered: Int
        /// How many of them it refused.
        package let refused: Int
        package let failingSince: Timestamp?
        package let reason: String?

        package init(
            name: Name, type: AlertChannelType, receiver: String, least: Severity, undelivered: Int, refused: Int,
            failingSince: Timestamp?, reason: String?
        ) {
            (self.name, self.type, self.receiver, self.least) = (name, .known(type), receiver, least)
            (self.undelivered, self.refused) = (undelivered, refused)
            (self.failingSince, self.reason) = (failingSince, reason)
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            name = try members("name", \.name)
            type = try members("type", \.type)
            receiver = try members("receiver", \.receiver)
            least = try members("least_severity", \.least)
            undelivered = try members("undelivered", \.undelivered)
            refused = try members("refused", \.refused)
            failingSince = try members.orNull("failing_since", \.failingSince)
            reason = try members.orNull("reason", \.reason)
        }
    }

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

    package let channels: [Channel]
    package let alerts: [Entry]

    package init(channels: [Channel], alerts: [Entry]) { (self.channels, self.alerts) = (channels, alerts) }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        channels = try members("channels", \.channels)
        alerts = try members("alerts", \.alerts)
    }
}

/// The answer to `POST /v1/alerts/test`: the channels that the alert was sent to besides the log, and their answers.
package struct AlertTested: Equatable, Sendable, ListedDocument {
    package struct Channel: Equatable, Sendable, ListedDocument {
        package let name: Name
        package let type: Open<AlertChannelType>
        package let receiver: String
        /// Why it did not accept the alert; `nil` if it did.
        package let failure: String?

        package init(name: Name, type: AlertChannelType, receiver: String, failure: String?) {
            (self.name, self.type, self.receiver, self.failure) = (name, .known(type), receiver, failure)
        }

        package var isAccepted: Bool { failure == nil }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            name = try members("name", \.name)
            type = try members("type", \.type)
            receiver = try members("receiver", \.receiver)
            members.derived("accepted", \.isAccepted)
            failure = try members.orNull("reason", \.failure)
        }
    }

    package let channels: [Channel]

    package init(_ channels: [Channel]) { self.channels = channels }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        channels = try members("channels", \.channels)
    }
}
