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
        commandName: "list", abstract: "List active alerts.",
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
        if list.undelivered > 0 { text += "\(list.undelivered) still to be sent to the \(list.channel)\n" }
        return text
    }
}

struct AlertTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send a test alert.",
        discussion: """
            Writes it to the daemon's log and sends it to alerts.command or alerts.webhook, whichever is set.

            Example: keyturn alert test
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        let answer = try common.admin.send(.post, "/v1/alerts/test", within: .seconds(90))
        try common.show(answer, as: AlertTested.self) { tested in
            switch tested.channel.known {
            case .log:
                StandardOutput.write(
                    """
                    written to the daemon's log only: neither alerts.command nor alerts.webhook is in force
                      (a first command needs a restart of keyturnd, a webhook a reload)

                    """)
            case .command, .webhook, nil: StandardOutput.write("the \(tested.channel) accepted it\n")
            }
        }
    }
}
