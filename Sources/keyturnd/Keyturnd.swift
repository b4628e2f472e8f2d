import ArgumentParser
import Daemon
import Glibc
import SocketAPI
import TerminalInput
import TerminalText

@main
struct Keyturnd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keyturnd",
        abstract: "Keeps Zoom's credentials sealed and hands them to whoever may have them.",
        discussion: """
            Begin with a vault, then serve it:

            Example: keyturnd init --key-file /etc/keyturn/key --recovery-out recovery-key.txt
            Example: keyturnd serve --key-file /etc/keyturn/key
            """,
        version: versionLine(of: "keyturnd"),
        subcommands: [Init.self, Serve.self, Check.self, Restore.self])

    static func main() async {
        Daemon.harden()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as StartError {
            complain(error.detail, try: error.hint)
            Glibc.exit(error.exitStatus.rawValue)
        } catch let error as InputError {
            complain(error.description, try: error.hint)
            Glibc.exit(ExitStatus.usage.rawValue)
        } catch {
            let code = exitCode(for: error)
            guard code != .success else { exit(withError: error) }
            let (message, hint) = complaint(message(for: error))
            complain(message, try: hint ?? "keyturnd --help")
            Glibc.exit(ExitStatus.usage.rawValue)
        }
    }

    private static func complain(_ message: String, try hint: String?) {
        let text = "keyturnd: \(oneLine(message))\n" + (hint.map { "  try: \(oneLine($0))\n" } ?? "")
        _ = unsafe write(STDERR_FILENO, text, text.utf8.count)
    }
}

struct PlaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where the vault is kept.", valueName: "dir"))
    var stateDir: String?

    @Option(help: ArgumentHelp("Where the sockets are made.", valueName: "dir"))
    var runtimeDir: String?

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    var places: Places {
        Places(
            stateDirectory: stateDir, runtimeDirectory: runtimeDir, configurationFile: config,
            environment: variable, isRoot: geteuid() == 0)
    }

    /// Whether somebody named the file, so that it has to be there.
    var isConfigNamed: Bool { config != nil || variable("KEYTURN_CONFIG").map { !$0.isEmpty } ?? false }

    private func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
