import ArgumentParser
import Daemon
import Domain
import Glibc
import Maintenance
import SecretMemory
import SocketAPI
import Terminal

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Restore the vault from a backup.",
        discussion: """
            Restores into an empty state directory, or in place of a damaged vault. Existing files are moved aside, not deleted.
            A backup lacks later changes, so each of its secrets is served only once Zoom has accepted it.

            Example: keyturnd restore /var/backups/keyturn/keyturn-20261125T013000Z.db --key-file /etc/keyturn/key
            """)

    @Argument(help: "A file written by 'keyturn backup'.")
    var backup: String

    @Flag(help: "Also replace a vault that is intact.")
    var replace = false

    @Flag(help: "Print one JSON document and nothing else.")
    var json = false

    @OptionGroup var unlock: UnlockOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let settings = try place.settings()
        let key = try unlock.key(settings, place.paths)
        let progress = Progress("reading the backup and decrypting every row")
        defer { progress.end() }
        let report = try await VaultRestore(
            paths: place.paths, storage: try place.paths.storage(settings), time: SystemTime()
        )
        .run(backup, key, replacing: replace)
        progress.end()
        if json {
            StandardOutput.write(document: report)
        } else {
            StandardOutput.write(text(report))
        }
    }

    private func words(_ newer: RestoreReport.NewerSecret) -> String {
        "had a newer secret, which is not in the backup: generation \(newer.newest)"
            + (newer.madeAt.map { ", made at \($0)" } ?? "")
            + (newer.restoredUntil.map { "; Zoom accepts generation \(newer.restored) until \($0)" } ?? "")
    }

    private func text(_ report: RestoreReport) -> String {
        var text = "restored \(report.vault) from \(report.backup)"
        text += report.commits.map { ", commit \($0)" } ?? ""
        text += "\n"
        if let aside = report.movedAside { text += "the old files are in \(aside)\n" }
        if !report.apps.isEmpty { text += "\napps, each served only once Zoom has accepted its secret:\n" }
        for app in report.apps {
            text += "  \(app.app), generation \(app.generation)"
            text += report.newerSecrets.first { $0.app == app.app }.map { ": \(words($0))\n" } ?? "\n"
        }
        for name in report.newerSecrets.map(\.app) {
            text += "  then: keyturn rotate \(name); if Zoom refuses: keyturn rotate \(name) --manual\n"
        }
        let key = unlock.keyFile.map { " --key-file \($0)" } ?? ""
        return text + "\nnext: keyturnd serve\(key), then: keyturn status\n"
    }
}
