import ArgumentParser
import Daemon
import Glibc
import SecretMemory
import SocketAPI
import Terminal

struct CheckConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Check the settings as a restart would read them.",
        discussion: """
            Reads file, environment and options like 'keyturnd serve', and checks that users, groups, files and commands
            exist. Opens no vault, creates nothing and runs no command. Exits with 78 if a start would fail. Run it as the
            daemon's user, which cannot read all that root can; 'systemctl reload keyturnd' does.

            Example: keyturnd check-config --config /etc/keyturn/keyturn.yaml
            """)

    @Flag(help: "Print one JSON document and nothing else.")
    var json = false

    @OptionGroup var options: ServeOptions

    func run() throws {
        let path = options.place.paths.configurationFile
        let warnings = try SettingsCheck(paths: options.place.paths, credential: Serve.credential)
            .run(try options.read())
        let file = unsafe access(path, F_OK) == 0 ? path : nil
        if json {
            StandardOutput.write(document: ConfigReport(file: file, warnings: warnings))
        } else {
            let from = file ?? "without a file (there is none at \(path))"
            StandardOutput.write("\(from): a restart would accept these settings\n")
            for warning in warnings { StandardOutput.write("warning: \(warning)\n") }
        }
    }
}
