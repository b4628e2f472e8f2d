import ArgumentParser
import SocketAPI
import TerminalInput
import TerminalText

struct AlarmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarm", abstract: "What somebody was told of, and whether he would be.",
        discussion: "Example: keyturn alarm test",
        subcommands: [AlarmListCommand.self, AlarmTest.self])
}

struct AlarmListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Alarms that were raised and are not over.",
        discussion: "Example: keyturn alarm list")

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/alarms"), as: AlarmList.self) { list in
            StandardOutput.write(Self.text(list))
        }
    }

    static func text(_ list: AlarmList) -> String {
        var text = list.alarms.isEmpty ? "no alarms\n" : ""
        for alarm in list.alarms {
            let subject = [alarm.app, alarm.target.map { "target \($0)" }].compactMap(\.self).joined(separator: ", ")
            text += "\(alarm.severity)  \(alarm.code)\(subject.isEmpty ? "" : "  \(subject)")  since \(alarm.since)\n"
            text += "  \(oneLine(alarm.detail))\n"
            if let hint = alarm.hint { text += "  try: \(oneLine(hint))\n" }
        }
        if list.owed > 0 { text += "\(list.owed) still to be sent to the \(list.channel)\n" }
        return text
    }
}

struct AlarmTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send an alarm that means nothing, to see whether it arrives.",
        discussion: """
            Writes it to the daemon's log and sends it to alarms.command or alarms.webhook, whichever is set.

            Example: keyturn alarm test
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        let answer = try common.admin.send(.post, "/v1/alarms/test", within: .seconds(90))
        try common.show(answer, as: AlarmTested.self) { tested in
            switch tested.channel {
            case "log":
                StandardOutput.write(
                    """
                    written to the daemon's log; nobody else is told: no alarms.command and no alarms.webhook is in force
                      (a first command takes a restart of keyturnd, a webhook a reload)

                    """)
            case "command": StandardOutput.write("the command took it\n")
            default: StandardOutput.write("the webhook took it\n")
            }
        }
    }
}
