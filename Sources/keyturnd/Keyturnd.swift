import ArgumentParser
import Daemon
import Glibc
import Maintenance
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
        subcommands: [Init.self, Serve.self, Check.self, CheckConfig.self, Restore.self, Migrate.self])
}

struct PlaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The directory for the vault.", valueName: "dir"))
    var stateDir: String?

    @Option(help: ArgumentHelp("The directory for the sockets.", valueName: "dir"))
    var runtimeDir: String?

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The database that has the vault, instead of a file: postgresql://ROLE@HOST/DATABASE.", valueName: "url"))
    var store: String?

    @Option(help: ArgumentHelp("A file with the password of the database's role.", valueName: "path"))
    var storePasswordFile: String?

    func validate() throws {
        guard let store, !store.hasPrefix("postgresql://"), !store.hasPrefix("postgres://") else { return }
        throw ValidationError("--store is not a URL such as postgresql://keyturn@db.example.com/keyturn")
    }

    /// Reads the settings, over which the flags of this group take precedence.
    var settings: Settings.Reader {
        let file = paths.configurationFile
        return { [store, storePasswordFile, isConfigNamed] () throws(StartError) in
            var settings = try SettingsFile.read(file, required: isConfigNamed)
            if let store { settings.store = store }
            if let storePasswordFile { settings.storePasswordFile = TrustedPath.absolute(storePasswordFile) }
            return settings
        }
    }

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
