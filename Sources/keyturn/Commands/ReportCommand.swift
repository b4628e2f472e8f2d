import ArgumentParser
import Domain
import Glibc
import Report
import SecretMemory
import SocketAPI
import System
import Terminal

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Make a report about rotations, with the evidence that an auditor asks for.",
        discussion: """
            For each app: the age of its secret against its policy, its generations, who fetched which, and for each rotation
            who asked for it, when the new secret was verified, when each consumer moved, and how the old secret ended. Then
            exceptions, who did what, and the head of the audit log, which is verified first. A report has no secret.

            --html writes one page that needs nothing from elsewhere and runs no script; it can be printed. --csv prints a line
            for each rotation, and --json the whole report. It takes the role auditor. If the audit log was changed, the
            report says so and the command exits with 65.

            --serve shows the page live on 127.0.0.1, made again each minute, until the command ends. It prints a link that
            works once: the browser that opens it first sees the report, and no other program does.

            Example: keyturn report --html report.html
            Example: keyturn report --since 365d --label env=prod --csv > rotations.csv
            Example: keyturn report --app 'zoom-*' --json
            Example: keyturn report --serve
            """)

    @Option(help: ArgumentHelp("The beginning of the period: a time, or a duration ago; 90d.", valueName: "time"))
    var since: SinceArgument?
    @Option(help: ArgumentHelp("Only this app, or a pattern such as 'zoom-*'.", valueName: "name"), completion: .apps)
    var app: NamePattern?
    @Option(
        help: ArgumentHelp(
            "Only apps with this label, or with any value of this key; repeatable, all must match.",
            valueName: "key[=value]"))
    var label: [LabelCondition] = []
    @Option(help: ArgumentHelp("Write this file, a page of HTML.", valueName: "file"), completion: .file())
    var html: String?
    @Flag(help: "Print comma-separated values.") var csv = false
    @Flag(help: "Show it in a browser on this host, until Ctrl-C.") var serve = false
    @Option(help: ArgumentHelp("With --serve: the port; 0: any free one.", valueName: "number")) var port: UInt16 = 0
    @OptionGroup var common: CommonOptions

    func validate() throws {
        let forms = [html != nil, csv, common.json, serve].count { $0 }
        guard forms == 1 else {
            throw ValidationError("a report has one form: --html FILE, --csv, --json or --serve")
        }
        guard serve || port == 0 else { throw ValidationError("--port goes with --serve") }
    }

    func run() throws {
        let source = ReportSource(
            since: since.map { Timestamp(unixSeconds: $0.unixSeconds) } ?? SystemTime().now.wall + -90 * 86_400,
            selection: AppSelection(app, label), admin: common.admin)
        if serve { try ReportServer(source: source).run(port: port) }
        let progress = Progress("verifying the audit log")
        defer { progress.end() }
        let report = try source.report(source.verification()) { progress.say($0) }
        progress.end()
        if let html {
            let text = ReportPage(report).text
            do throws(SystemError) { try Files.replace(html, with: unsafe text.utf8Span.span.bytes) } catch {
                throw CommandFailure(error)
            }
            StandardOutput.write("\(html): \(counted(report.apps.count, "app"))\n")
        } else if csv {
            StandardOutput.write(unsafe ReportCSV.text(report).utf8Span.span.bytes)
        } else {
            report.render().withSpan { StandardOutput.write($0) }
            StandardOutput.write("\n")
        }
        guard report.audit.findings.isEmpty else {
            for finding in report.audit.findings { complain("keyturn: \(finding)") }
            throw CommandFailure(.badData, AttentionCode.auditLogChanged.meaning)
        }
    }
}
