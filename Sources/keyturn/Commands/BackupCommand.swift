import ArgumentParser
import Domain
import Glibc
import SecretMemory
import SocketAPI
import Terminal

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write an encrypted backup of the vault while it is served.",
        discussion: """
            The daemon writes the file (0600) as its own user, and reads it again and decrypts every row before it gets its
            name. It is encrypted like the vault, and opens with the same unlock keys: store those elsewhere.

            Example: keyturn backup /var/backups/keyturn/before-upgrade.db
            Example: keyturn backup --keep 14 /var/backups/keyturn
            """)

    @Argument(help: "The file to write, which must not exist; with --keep, a directory.", completion: .file())
    var file: String

    @Option(help: ArgumentHelp("Keep this many backups in the directory; delete older ones.", valueName: "number"))
    var keep: Int?

    @Flag(help: "Replace an existing backup.")
    var force = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard keep == nil || !force else { throw ValidationError("--keep never replaces a backup") }
        if let keep, !(1...1000).contains(keep) { throw ValidationError("--keep takes 1 to 1000") }
        guard !file.isEmpty else { throw ValidationError("the file has no name") }
    }

    func run() throws {
        let path = Self.absolute(file)
        let wanted: BackupRequest = keep.map { .directory(path, keep: $0) } ?? .file(path, force: force)
        let progress = Progress("writing the backup and decrypting every row")
        defer { progress.end() }
        let answer = try common.admin.send(.post, "/v1/backup", body: wanted.render(), within: .seconds(3600))
        progress.end()
        if common.json { return try common.show(answer, as: BackupReport.self) { _ in } }
        if let problem = answer.problem { throw CommandFailure(.problem(problem)) }
        StandardOutput.write(Self.text(try BackupReport(parsing: answer.body.copy(), values: 4_000_000)))
    }

    static func text(_ report: BackupReport) -> String {
        var text = """
            \(report.file)
            taken at \(report.takenAt), commit \(report.commits): \(counted(report.rows, "row")), \(report.bytes) bytes, every row decrypted

            """
        var table = TextTable(["APP", "GENERATION"])
        for app in report.apps { table.add(app.app.description, String(app.generation)) }
        if !report.apps.isEmpty { text += "\n" + table.fitted }
        for name in report.removed { text += "deleted \(name)\n" }
        for problem in report.problems {
            text += "problem: \(problem.advice.lines)"
        }
        return text
    }

    /// Relative to the command's working directory. Symbolic links are not resolved: the daemon checks them.
    static func absolute(_ path: String) -> String {
        var parts: [Substring] = []
        var whole = path
        if !path.hasPrefix("/"), let current = unsafe getcwd(nil, 0) {
            whole = unsafe String(cString: current) + "/" + path
            unsafe free(current)
        }
        for part in whole.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
