import ArgumentParser
import Daemon
import Domain
import Glibc
import Maintenance
import SecretMemory
import SocketAPI
import Terminal

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the vault's integrity without serving it.",
        discussion: """
            Opens every row, and reads the audit log, the spool and the permissions. Changes nothing: it works on a copy,
            in $TMPDIR or /tmp, that is encrypted like the vault. Exits with 65 if there are problems, and lists the worst first.

            Example: keyturnd check --key-file /etc/keyturn/key
            """)

    @Argument(help: "A backup to check, instead of the vault in the state directory.")
    var backup: String?

    @Flag(help: "Print one JSON document and nothing else.")
    var json = false

    @OptionGroup var unlock: UnlockOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let settings = try place.settings()
        let check = VaultCheck(
            paths: place.paths, storage: try place.paths.storage(settings), spool: place.paths.spoolStore,
            scratch: Self.scratch)
        let key = try unlock.key(settings, place.paths)
        let report: CheckReport
        if let backup { report = try await check.run(file: backup, key) } else { report = try await check.run(key) }
        if json {
            StandardOutput.write(document: report)
        } else {
            StandardOutput.write(Self.text(report))
        }
        guard report.findings.isEmpty else {
            let count = report.findings.count
            throw StartError(
                .badData,
                "\(report.vault) has \(counted(count, "problem"))",
                hint: report.findings[0].hint)
        }
    }

    static var scratch: String {
        unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    static func text(_ report: CheckReport) -> String {
        guard report.findings.isEmpty else {
            return report.findings.map { finding in
                "\(finding.severity)  \(finding.place): \(finding.advice.lines)"
            }.joined()
        }
        let commits = report.contents.commits.map { ", commit \($0)" } ?? ""
        // A backup comes without a log.
        let log = report.auditLines == 0 ? "" : "audit log: \(counted(report.auditLines, "line"))\n"
        return """
            \(report.vault) is intact: \(counted(report.contents.rows, "row")), \(counted(report.contents.apps.count, "app"))\(commits)
            \(log)
            """
    }
}
