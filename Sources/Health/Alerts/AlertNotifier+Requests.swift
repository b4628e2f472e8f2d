package import Domain
package import SocketAPI

/// What operators and the metrics ask of the notifier.
extension AlertNotifier {
    package nonisolated var time: any TimeSource { status.time }

    package var list: AlertList {
        AlertList(
            channels: channelStates, alerts: raised.map { AlertList.Entry($0.issue, since: $0.since) })
    }

    /// Each channel, in the order of the settings.
    package var channelStates: [AlertList.Channel] {
        channels.map { channel in
            let alerts = queues[channel.name]?.alerts ?? AlertState()
            let failure = delivery.failure(of: channel.name)
            return AlertList.Channel(
                name: channel.name, type: channel.type, receiver: channel.receiver.place, least: channel.least,
                undelivered: alerts.pending, refused: alerts.refused, failingSince: failure?.since.wall,
                reason: failure?.reason)
        }
    }

    /// How urgent each active alert is.
    package var severities: [Severity] { raised.map(\.issue.severity) }

    /// Sends a test alert now.
    /// - Parameter name: the channel to send it to; `nil` for all.
    package func test(_ name: Name?) async throws(Problem) -> AlertTested {
        let meant = channels.filter { name == nil || $0.name == name }
        if let name, meant.isEmpty {
            let names = channels.map(\.name.description).joined(separator: ", ")
            throw Problem(
                .notFound, "there is no alert channel '\(name)'",
                try: names.isEmpty ? "set alerts.channels in keyturn.yaml, and reload" : "keyturn alert test: \(names)")
        }
        guard let failures = await sendTest(to: meant) else {
            throw Problem(.busy, "another test is running", try: "keyturn alert test, once it has ended")
        }
        return AlertTested(
            zip(meant, failures).map { channel, failure in
                AlertTested.Channel(
                    name: channel.name, type: channel.type, receiver: channel.receiver.place,
                    failure: failure?.description)
            })
    }
}

extension Alert {
    static func test(_ now: Timestamp) -> Alert {
        Alert(
            id: "test::\(now.unixSeconds)", state: .raised, isReminder: false,
            issue: HealthIssue(code: "test", Advice("this is a test: nothing is wrong")), others: nil, since: now,
            at: now)
    }
}
