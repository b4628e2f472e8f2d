import ArgumentParser
import Daemon
import Glibc
import Logging
import Maintenance
import SocketAPI

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the vault on the agent and admin sockets.",
        discussion: """
            Unlocks with systemd's credential keyturn.key, else with the key file, else with the key from the setting
            unlock.command; without any of them it starts locked and waits for 'keyturn unlock'.

            Example: keyturnd serve --key-file /etc/keyturn/key
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws { try await prepare().run() }

    /// Reads the settings, and drops the privileges that serving does not need.
    func prepare() throws -> Daemon {
        let settings = try options.read()
        let storage = try options.place.paths.storage(settings)
        let confinement = Daemon.confine(settings, credential: Self.credential, options.place.paths)
        let volume = LogVolume(Logger.Level(rawValue: settings.logLevel) ?? .info)
        let toJournal = unsafe getenv("JOURNAL_STREAM") != nil
        let logger = Logger(label: "keyturnd") { _ in StandardErrorLog(volume, toJournal: toJournal) }
        return Daemon(
            paths: options.place.paths, storage: storage,
            spool: options.place.paths.spoolStore, settings: settings, read: options.read, version: keyturnVersion,
            credential: Self.credential, confinement: confinement,
            volume: volume, logger: logger)
    }

    /// systemd puts a service's credentials into their own directory, in memory that is not swapped.
    static var credential: String? { credential("keyturn.key") }

    static func credential(_ name: String) -> String? {
        guard let directory = unsafe getenv("CREDENTIALS_DIRECTORY") else { return nil }
        let path = unsafe String(cString: directory) + "/" + name
        return unsafe access(path, F_OK) == 0 ? path : nil
    }
}

/// The sources of a daemon's settings.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Unlock with this key file.", valueName: "path"))
    var keyFile: String?

    @Option(help: ArgumentHelp("debug, info, notice, warning or error.", valueName: "level"))
    var logLevel: String?

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard let logLevel, Logger.Level(rawValue: logLevel) == nil else { return }
        throw ValidationError("'\(logLevel)' is not a log level: debug, info, notice, warning, error")
    }

    var read: Settings.Reader {
        let (place, paths) = (place.settings, place.paths)
        return { [keyFile, logLevel] () throws(StartError) in
            var settings = try place()
            _ = try paths.storage(settings)
            if let keyFile { settings.keyFile = keyFile }
            if let logLevel { settings.logLevel = logLevel }
            return settings
        }
    }
}
