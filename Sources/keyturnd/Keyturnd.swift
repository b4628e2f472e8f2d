import ArgumentParser
import Daemon
import Glibc
import SocketAPI
import Terminal

struct Keyturnd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keyturnd",
        abstract: "Stores Zoom credentials encrypted, rotates them, and serves them to authorised local programs.",
        discussion: """
            Create a vault, then serve it:

            Example: keyturnd init --key-file /etc/keyturn/key --recovery-out recovery-key.txt
            Example: keyturnd serve --key-file /etc/keyturn/key
            """,
        version: versionLine(of: "keyturnd"),
        subcommands: [Init.self, Serve.self, Check.self, CheckConfig.self, Restore.self])
}

struct PlaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The directory for the vault.", valueName: "dir"))
    var stateDir: String?

    @Option(help: ArgumentHelp("The directory for the sockets.", valueName: "dir"))
    var runtimeDir: String?

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    var paths: Paths {
        Paths(
            stateDirectory: stateDir, runtimeDirectory: runtimeDir, configurationFile: config,
            environment: variable, isRoot: geteuid() == 0)
    }

    /// Whether the file was named explicitly, so that it must exist.
    var isConfigNamed: Bool { config != nil || variable("KEYTURN_CONFIG").map { !$0.isEmpty } ?? false }

    private func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
