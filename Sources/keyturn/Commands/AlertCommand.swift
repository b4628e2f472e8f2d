import ArgumentParser
import Domain
import SocketAPI
import Terminal

struct AlertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert", abstract: "List active alerts; send a test alert.",
        discussion: "Example: keyturn alert test",
        subcommands: [AlertListCommand.self, AlertTest.self])
}

struct AlertListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List active alerts, and the channels that they are sent to.",
        discussion: "Example: keyturn alert list")

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/alerts"), as: AlertList.self) { list in
            StandardOutput.write(Self.text(list))
        }
    }

    static func text(_ list: AlertList) -> String {
        var text = list.alerts.isEmpty ? "no alerts\n" : ""
        for alert in list.alerts {
            let issue = alert.issue
            text += "\(issue.severity)  \(issue.code)\(issue.subject.map { "  \($0)" } ?? "")  since \(alert.since)\n"
            text += "  \(issue.advice.lines)"
        }
        text += "\nchannels besides the daemon's log:\(list.channels.isEmpty ? " none\n" : "\n")"
        for channel in list.channels {
            text += "  \(channel.name): \(channel.type), \(oneLine(channel.receiver))\n"
            text += "    \(channel.least == .critical ? "critical alerts" : "all alerts"), "
            text += channel.undelivered == 0 ? "none left to be sent\n" : "\(channel.undelivered) still to be sent"
            if channel.undelivered > 0 { text += channel.refused > 0 ? ", \(channel.refused) of them refused\n" : "\n" }
            if let since = channel.failingSince, let reason = channel.reason {
                text +=
                    "    not accepted since \(since): \(oneLine(reason))\n    try: keyturn alert test \(channel.name)\n"
            }
        }
        return text
    }
}

struct AlertTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send a test alert.",
        discussion: """
            Writes it to the daemon's log and sends it to all channels of alerts.channels, or to one. Exits with 75 if a
            channel did not accept it.

            Example: keyturn alert test
            """)

    @Argument(help: ArgumentHelp("The channel; all if none is named.", valueName: "channel"))
    var channel: Name?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let path: RequestPath = channel.map { "/v1/alerts/test?channel=\($0)" } ?? "/v1/alerts/test"
        let tested: AlertTested = try common.admin.send(.post, path, within: .seconds(120)).document()
        if common.json {
            StandardOutput.write(document: tested)
        } else {
            StandardOutput.write(Self.text(tested))
        }
        if !tested.channels.allSatisfy(\.isAccepted) { throw CommandFailure(.temporary, nil) }
    }

    static func text(_ tested: AlertTested) -> String {
        guard !tested.channels.isEmpty else {
            return """
                written to the daemon's log only: no channel is in force
                  try: set alerts.channels in keyturn.yaml, and reload (a first command needs a restart of keyturnd)

                """
        }
        return tested.channels.map { channel in
            guard let failure = channel.failure else {
                return "\(channel.name): accepted by \(oneLine(channel.receiver))\n"
            }
            let hint = channel.type.known.map { "\n  try: \($0.hint)" } ?? ""
            return "\(channel.name): not accepted: \(oneLine(failure))\(hint)\n"
        }.joined()
    }
}

extension AlertChannelType {
    /// What to try when a channel did not accept the test.
    fileprivate var hint: String {
        switch self {
        case .command:
            "run the command by hand as the daemon's user with setpriv --no-new-privs; from the daemon it makes no files in the state directory, the runtime directory, or right above them"
        case .webhook, .slack, .teams:
            "see whether this machine reaches that host, and whether the address is still in force there"
        case .pagerduty: "check the integration key in routing_key_file, then: systemctl reload keyturnd"
        case .smtp:
            "check url, user and password_file, and that the server accepts mail of from; then: systemctl reload keyturnd"
        }
    }
}
