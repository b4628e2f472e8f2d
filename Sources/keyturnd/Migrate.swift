import ArgumentParser
import Daemon
import Domain
import Maintenance
import SocketAPI
import Terminal
import Vault

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move the vault from its file into a database, or back.",
        discussion: """
            Stop the daemon first. Copies all rows, decrypts every row of the copy, compares, and then leaves the old place, which
            is not served any more. If it is interrupted, run it again: at no moment are both places served.

            Example: keyturnd migrate --from /var/lib/keyturn/vault.db --to postgresql://keyturn@db.example.com/keyturn
            Example: keyturnd migrate --from postgresql://keyturn@db.example.com/keyturn --to /var/lib/keyturn/vault.db
            """)

    @Option(
        help: ArgumentHelp("Where the vault is: the state directory's vault.db, or a database.", valueName: "place"))
    var from: String

    @Option(help: ArgumentHelp("Where it is to be.", valueName: "place"))
    var to: String

    @Flag(help: "Print one JSON document and nothing else.")
    var json = false

    @OptionGroup var unlock: UnlockOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard Self.isURL(from) != Self.isURL(to) else {
            throw ValidationError(
                Self.isURL(from)
                    ? "to move a vault from one database to another, move it to the file first"
                    : "one of --from and --to is the URL of a database: postgresql://ROLE@HOST/DATABASE")
        }
    }

    private static func isURL(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    func run() async throws {
        let settings = try place.settings()
        let paths = place.paths
        let (source, target) = (try end(from, settings, paths), try end(to, settings, paths))
        let key = try unlock.key(settings, paths)
        let progress = Progress("copying, and decrypting every row")
        defer { progress.end() }
        let report = try await VaultMigration(from: source, to: target, paths: paths).run(key)
        progress.end()
        if json {
            StandardOutput.write(document: report)
        } else {
            StandardOutput.write(text(report))
        }
    }

    private func end(_ text: String, _ settings: Settings, _ paths: Paths) throws(StartError) -> any MigrationEnd {
        guard !Self.isURL(text) else { return try paths.migrationEnd(url: text, settings) }
        guard TrustedPath.absolute(text) == paths.vault else {
            throw StartError(
                .usage, "\(text) is not the vault's file of this state directory, which is \(paths.vault)",
                hint: "name that file; or another state directory: --state-dir DIR")
        }
        return paths.migrationEnd
    }

    private func text(_ report: MigrationReport) -> String {
        let rows = counted(report.rows, "row"), apps = counted(report.apps.count, "app")
        let commit = report.commits.map { ", commit \($0)" } ?? ""
        var lines = [
            "moved the vault from \(report.from) to \(report.to)",
            "\(rows), \(apps)\(commit): each row was compared and decrypted",
        ]
        if let aside = report.movedAside { lines.append("the old file is in \(aside), and is not served any more") }
        let file = place.paths.configurationFile
        if Self.isURL(from) {
            lines.append("the old vault is marked in the database, and is not served any more")
            lines.append("next: remove the setting store from the service's settings (\(file)), then start it")
        } else {
            lines.append("next: put this into the service's settings (\(file)), then start it: store: \(to)")
        }
        lines.append("to undo it: keyturnd migrate --from \(to) --to \(from)")
        return lines.joined(separator: "\n") + "\n"
    }
}
