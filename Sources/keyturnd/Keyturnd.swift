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
        subcommands: [Init.self, Serve.self, Check.self, CheckConfig.self, Restore.self])

    static func main() async {
        StandardOutput.begin()
        Daemon.harden()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            finish(.done)
        } catch let error as StartError {
            complain(error.detail, try: error.hint)
            finish(error.exitStatus)
        } catch let error as InputError {
            complain(error.description, try: error.hint)
            finish(.usage)
        } catch {
            guard exitCode(for: error) != .success else {
                // What was asked for: help, the version, completions.
                StandardOutput.write(fullMessage(for: error) + "\n")
                finish(.done)
            }
            let (message, hint) = complaint(message(for: error))
            complain(message, try: hint ?? "keyturnd --help")
            finish(.usage)
        }
    }

    /// Output that was lost is said, once, and what counts.
    private static func finish(_ status: ExitStatus) -> Never {
        guard let lost = StandardOutput.finish() else { Glibc.exit(status.rawValue) }
        if status != .inputOutput { complain(lost, try: nil) }
        Glibc.exit(ExitStatus.inputOutput.rawValue)
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
