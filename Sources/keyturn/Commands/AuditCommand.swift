import ArgumentParser
import Domain
import Glibc
import SecretJSON
import SecretMemory
import SocketAPI
import Terminal

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Read and verify the audit log.",
        discussion: "Example: keyturn audit verify",
        subcommands: [AuditTail.self, AuditShow.self, AuditVerify.self, AuditAcknowledge.self])
}

struct AuditTail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Show the newest lines of the audit log.",
        discussion: """
            With --json, each line of the output is a JSON document of its own.

            Example: keyturn audit tail -f
            """)

    @Flag(name: .shortAndLong, help: "Keep printing new lines.") var follow = false
    @Option(name: [.customShort("n"), .long], help: "The number of lines to start with.") var lines = 10
    @OptionGroup var common: CommonOptions

    func run() throws {
        var page = try AuditLines.page("?limit=\(min(max(lines, 1), 1000))", common)
        AuditLines.show(page, common)
        while follow, !StandardOutput.isGone {
            usleep(500_000)
            page = try AuditLines.page("?after=\(page.last)&limit=1000", common)
            AuditLines.show(page, common)
        }
    }
}

struct AuditShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show audit log lines about an app, or since a time.",
        discussion: "Example: keyturn audit show --app zoom-prod --since 2026-11-01T00:00:00Z")

    @Option(help: "Only lines about this app.") var app: Name?
    @Option(help: ArgumentHelp("Only lines since a time (RFC 3339), or in the last 1d, 12h.", valueName: "time"))
    var since: SinceArgument?
    @Option(name: [.customShort("n"), .long], help: "The number of newest lines to print at most.") var lines = 1000
    @OptionGroup var common: CommonOptions

    func run() throws {
        var query = "?limit=\(min(max(lines, 1), 1000))"
        if let app { query += "&app=\(app)" }
        if let since { query += "&since=\(since.unixSeconds)" }
        let page = try AuditLines.page(query, common)
        if common.json {
            let document = "{\"lines\":[\(page.lines.joined(separator: ","))]}\n"
            StandardOutput.write(unsafe visible(document).utf8Span.span.bytes)
        } else if page.lines.isEmpty {
            StandardOutput.write("nothing was logged\n")
        } else {
            AuditLines.show(page, common)
        }
    }
}

struct AuditVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Verify the integrity of the audit log.",
        discussion: """
            Reads all of it, and finds any line that was changed, removed or truncated. Exits with 65 if there is one.

            Example: keyturn audit verify
            """)

    @Option(help: "Start with this file number, where older files were archived.") var from: Int?
    @OptionGroup var common: CommonOptions

    func run() throws {
        let path: RequestPath = from.map { "/v1/audit/verify?from=\($0)" } ?? "/v1/audit/verify"
        let answer = try common.admin.send(.post, path, within: .seconds(3600))
        let report: AuditReport = try answer.document()
        try common.show(answer, as: AuditReport.self) { report in
            guard report.findings.isEmpty else { return }
            StandardOutput.write(
                "\(counted(report.lines, "line")) in \(counted(report.segments, "file")), all unchanged\n")
        }
        guard report.findings.isEmpty else {
            for finding in report.findings { complain("keyturn: \(finding)") }
            throw CommandFailure(.badData, AttentionCode.auditLogChanged.meaning)
        }
    }
}

struct AuditAcknowledge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge",
        abstract: "Acknowledge that the audit log was changed; status stops reporting it.",
        discussion: """
            A change of the log is reported until then, even after restarts. The files are not
            touched: keep them as evidence. Also acknowledges lines with times in the future, after a clock that was
            ahead was corrected.

            Example: keyturn audit acknowledge
            """)

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.confirm("do you know what was done to the audit log, and by whom?", yes: yes)
        try common.show(try common.admin.send(.post, "/v1/audit/acknowledge"), done: "acknowledged")
    }
}

/// A time, or a duration before now.
struct SinceArgument: ExpressibleByArgument {
    let unixSeconds: Int

    init?(argument: String) {
        if let time = Timestamp(argument) {
            unixSeconds = time.unixSeconds
        } else if let ago = DurationText(argument: argument) {
            unixSeconds = SystemTime().now.wall.unixSeconds - ago.seconds
        } else {
            return nil
        }
    }
}

/// Lines of the log on the terminal.
private enum AuditLines {
    static func page(_ query: String, _ common: CommonOptions) throws -> AuditPage {
        try common.admin.send(.get, RequestPath(stringLiteral: "/v1/audit\(query)")).document()
    }

    static func show(_ page: AuditPage, _ common: CommonOptions) {
        let width = Screen.width(of: STDOUT_FILENO)
        for line in page.lines {
            if common.json {
                StandardOutput.write(unsafe visible(line + "\n").utf8Span.span.bytes)
            } else {
                let (time, words) = words(line)
                StandardOutput.write(wrapped(oneLine(words), behind: time, width: width))
            }
        }
    }

    /// `TIME ACTION outcome app target who (reason)`, with the members that a line has.
    private static func words(_ line: String) -> (time: String, words: String) {
        guard let document = try? JSONDocument(parsing: SecretBytes(copying: line)) else { return ("", line) }
        func text(_ name: String) -> String? {
            guard let node = document.member(name, of: document.root) else { return nil }
            return (try? document.string(node)) ?? (try? document.integer(node)).map(String.init)
        }
        var words = [text("action") ?? "", text("outcome") ?? ""]
        if let app = text("app") { words.append(app + (text("generation").map { " generation \($0)" } ?? "")) }
        if let target = text("target") { words.append("target \(target)") }
        if let changed = text("changed") { words.append("changed \(changed)") }
        if let client = text("client") { words.append("to \(client)") }
        if let uid = text("uid") {
            let login = text("login_uid").map { " login \(text("login_user") ?? $0)" } ?? ""
            words.append("uid \(uid)\(login)\(text("pid").map { " pid \($0)" } ?? "")")
        }
        if let count = text("count") { words.append(count + (text("since").map { " since \($0)" } ?? "")) }
        if let reason = text("reason") { words.append("(\(reason))") }
        return (text("time").map { "\($0)  " } ?? "", words.joined(separator: "  "))
    }
}
