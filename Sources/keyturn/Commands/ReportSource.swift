import Domain
import Glibc
import Report
import SecretMemory
import SocketAPI
import System
import Terminal

/// Collects what a report is made of, from the daemon.
struct ReportSource {
    /// The most apps of one request. Each request reads the period's audit log once.
    private static let page = 250
    /// The most actions of operators. The audit log has all of them.
    private static let mostActions = 10_000

    let since: Timestamp
    let selection: AppSelection
    let admin: SocketClient

    /// What the daemon finds in its whole audit log, and when.
    typealias Verification = (found: AuditReport, at: Timestamp)

    func verification() throws -> Verification {
        let found: AuditReport = try admin.send(.post, "/v1/audit/verify", within: .seconds(3600)).document()
        return (found, SystemTime().now.wall)
    }

    /// - Parameter say: is told what it does.
    func report(_ log: Verification, _ say: (String) -> Void) throws -> RotationReport {
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
            since: since, status: status, apps: apps, evidence: evidence.apps, targets: targets.targets,
            actions: actions.lines, hasMoreActions: actions.hasMore, refusals: evidence.refusals, audit: log.found,
            verifiedAt: log.at, host: Self.host,
            madeBy: Self.user, selection: words)
    }

    /// `nil` for all apps.
    private var words: String? {
        let parts = [selection.pattern.map { "\($0)" }].compactMap(\.self) + selection.conditions.map(\.description)
        return parts.isEmpty ? nil : parts.joined(separator: " and ")
    }

    private func evidence(
        _ apps: [Name], _ tell: (Int) -> Void
    ) throws -> (apps: [AppEvidence], refusals: [EvidencePage.Refusals]) {
        var found: [AppEvidence] = []
        var refusals: [EvidencePage.Refusals] = []
        var rest = apps[...]
        while !rest.isEmpty {
            tell(apps.count - rest.count)
            let wanted = rest.prefix(Self.page)
            let request = EvidenceRequest(since: since, apps: Array(wanted))
            let page: EvidencePage = try admin.send(
                .post, "/v1/evidence", body: request.render(), within: .seconds(3600)
            ).document()
            found += page.apps
            refusals = page.refusals
            rest.removeFirst(max(wanted.count - page.rest, 1))
        }
        return (found, refusals)
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
