import Domain
import Glibc
import Report
import SecretMemory
import SocketAPI
import System
import Terminal

/// Collects what a report is made of, from the daemon.
struct ReportSource {
    /// The apps of one request. Each one reads the period's audit log once.
    private static let page = 250
    /// The most actions of operators. The audit log has all of them.
    private static let mostActions = 10_000

    let since: Timestamp
    let selection: AppSelection
    let admin: SocketClient

    /// - Parameter say: is told what it does.
    func report(_ say: (String) -> Void) throws -> RotationReport {
        let audit: AuditReport = try admin.send(.post, "/v1/audit/verify", within: .seconds(3600)).document()
        let all: AppList = try admin.send(.get, "/v1/apps").document()
        let apps = selection.apps(of: all)
        guard !apps.isEmpty || selection == AppSelection() else {
            throw CommandFailure(.notFound, selection.words, try: "keyturn app list")
        }
        let status: StatusDocument = try admin.send(.get, "/v1/status").document()
        let targets: TargetList = try admin.send(.get, "/v1/targets").document()
        say("reading the audit log")
        let evidence = try evidence(apps.map(\.name)) { done in
            say("reading the audit log: \(done) of \(counted(apps.count, "app"))")
        }
        let actions = try actions()
        return RotationReport(
            since: since, status: status, apps: apps, evidence: evidence, targets: targets.targets,
            actions: actions.lines, hasMoreActions: actions.hasMore, audit: audit, host: Self.host,
            madeBy: Self.user, selection: words)
    }

    /// `nil` for all apps.
    private var words: String? {
        let parts = [selection.pattern.map { "\($0)" }].compactMap(\.self) + selection.conditions.map(\.description)
        return parts.isEmpty ? nil : parts.joined(separator: " and ")
    }

    private func evidence(
        _ apps: [Name], _ tell: (Int) -> Void
    ) throws -> [AppEvidence] {
        var found: [AppEvidence] = []
        for start in stride(from: 0, to: apps.count, by: Self.page) {
            tell(start)
            let request = EvidenceRequest(since: since, apps: Array(apps[start..<min(start + Self.page, apps.count)]))
            let page: EvidencePage = try admin.send(
                .post, "/v1/evidence", body: request.render(), within: .seconds(3600)
            ).document()
            found += page.apps
        }
        return found
    }

    /// The newest lines of operators, in order.
    private func actions() throws -> (lines: [String], hasMore: Bool) {
        var lines: [String] = []
        var before: Int?
        while lines.count < Self.mostActions {
            let path =
                "/v1/audit?operators=true&limit=1000&since=\(since.unixSeconds)"
                + (before.map { "&before=\($0)" } ?? "")
            let page: AuditPage = try admin.send(
                .get, RequestPath(stringLiteral: path), within: .seconds(3600)
            ).document()
            lines = page.lines + lines
            guard page.lines.count == 1000, let first = page.lines.first.flatMap(LogLine.init) else {
                return (lines, false)
            }
            before = first.number
        }
        return (lines, true)
    }

    // MARK: Here

    private static var host: String {
        var name = utsname()
        guard unsafe uname(&name) == 0 else { return "this host" }
        return unsafe withUnsafeBytes(of: &name.nodename) {
            unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// The user who runs the command.
    private static var user: String {
        var account = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var names = [CChar](repeating: 0, count: 4096)
        guard unsafe getpwuid_r(getuid(), &account, &names, names.count, &found) == 0, unsafe found != nil,
            let name = unsafe account.pw_name
        else { return "uid \(getuid())" }
        return unsafe String(cString: name)
    }
}
