import ArgumentParser
import Domain
import SocketAPI
import Terminal

/// How much of a command line names a command, for the message when it is wrong.
struct CommandPath {
    /// The words that name a command, such as `keyturn app`.
    private(set) var words = ["keyturn"]
    /// The first word that does not, where a command was expected.
    private(set) var unknown: String?
    private var choices: [String] = []
    /// What the command says of itself.
    private(set) var discussion = Keyturn.configuration.discussion

    init(_ arguments: some Sequence<String>) {
        var command: any ParsableCommand.Type = Keyturn.self
        for word in arguments {
            let subcommands = command.configuration.subcommands
            if word == "help" { continue }
            guard !subcommands.isEmpty, !word.hasPrefix("-") else { return }
            guard let next = subcommands.first(where: { $0.configuration.commandName == word }) else {
                unknown = word
                choices = subcommands.compactMap { $0.configuration.commandName }
                return
            }
            words.append(word)
            command = next
            discussion = next.configuration.discussion
        }
    }

    /// Why the command line is wrong: an unknown command, or the parser's message.
    func failure(_ parserSays: String) -> CommandFailure {
        let path = words.joined(separator: " ")
        if let unknown {
            let known = nearest(to: unknown, among: choices)
            return CommandFailure(
                .usage, "\(path) has no command '\(cut(unknown, to: 40))'",
                try: known.map { "\(path) \($0)" } ?? "\(path) --help")
        }
        let advice = complaint(parserSays)
        return CommandFailure(
            .usage, advice.detail, try: advice.hint ?? Self.form(of: advice.detail) ?? "\(path) --help")
    }

    /// The format of a value that the parser only calls invalid, by the name of its option.
    private static func form(of message: String) -> String? {
        guard message.contains("is invalid for") else { return nil }
        if message.hasSuffix("<key=value>'") { return "a label: \(Label.grammar)" }
        if message.hasSuffix("<key[=value]>'") { return "a label, or its key: \(LabelCondition.grammar)" }
        if message.hasSuffix("<key>'") { return "a label's key: \(Name.grammar)" }
        if message.hasSuffix("<name>'") { return "a name: \(Name.grammar)" }
        if message.hasSuffix("<duration>'") { return "a duration like 30d, 12h, 45m, 90s or 1d12h" }
        return nil
    }
}
