import ArgumentParser
import Domain
import SocketAPI
import Terminal

/// How far the words of a command line name a command, for what is said when they do not.
struct CommandPath {
    /// The words that do, such as `keyturn app`.
    private(set) var words = ["keyturn"]
    /// The first word that does not, where there should be one.
    private(set) var unknown: String?
    private var choices: [String] = []

    init(_ arguments: some Sequence<String>) {
        var command: any ParsableCommand.Type = Keyturn.self
        for word in arguments {
            let subcommands = command.configuration.subcommands
            guard !subcommands.isEmpty, !word.hasPrefix("-"), word != "help" else { return }
            guard let next = subcommands.first(where: { $0.configuration.commandName == word }) else {
                unknown = word
                choices = subcommands.compactMap { $0.configuration.commandName }
                return
            }
            words.append(word)
            command = next
        }
    }

    /// Why the command line is not right: an unknown command, or what the parser says.
    func failure(_ parserSays: String) -> CommandFailure {
        let path = words.joined(separator: " ")
        if let unknown {
            let known = nearest(to: unknown, among: choices)
            return CommandFailure(
                .usage, "\(path) has no command '\(cut(unknown, to: 40))'",
                try: known.map { "\(path) \($0)" } ?? "\(path) --help")
        }
        let (message, hint) = complaint(parserSays)
        return CommandFailure(.usage, message, try: hint ?? Self.form(of: message) ?? "\(path) --help")
    }

    /// How a value is written that the parser only calls invalid, by what its place is called.
    private static func form(of message: String) -> String? {
        guard message.contains("is invalid for") else { return nil }
        if message.hasSuffix("<name>'") { return "a name: \(Name.grammar)" }
        if message.contains(#/<[0-9]+[dhms]>'$/#) { return "a duration like 30d, 12h, 45m, 90s or 1d12h" }
        return nil
    }
}
