import Confinement
import Domain
import Glibc
import HTTPTransport
import SocketAPI
import TestSupport
import Testing

@testable import Doctor
@testable import Health
@testable import Maintenance

@Suite struct DoctorLineTests {
    @Test(arguments: [
        ("6.12.43-amd64", "passed"), ("6.5.0", "passed"), ("6.1.0-38-amd64", "warning"), ("5.2.1", "warning"),
        ("odd", "skipped"),
    ]) func `the kernel is judged by its version`(release: String, outcome: String) {
        #expect(HostDoctor.kernel(release).outcome.rawValue == outcome)
    }

    @Test(arguments: [
        ("3.46.1", true), ("3.51.2", true), ("3.51.3", false), ("3.50.7", false), ("3.50.6", true),
        ("3.44.6", false), ("3.44.5", true),
        ("3.53.0", false), ("3.45.1", true),
    ]) func `SQLite's bug is named for the versions that have it, and does no harm here`(version: String, isNamed: Bool)
    {
        let line = DaemonDoctor.sqlite(version)
        #expect(line.outcome == .passed && line.detail.contains("WAL-reset") == isNamed)
    }

    @Test(arguments: [
        ("OpenSSL 3.0.17 1 Jul 2025", "passed"), ("OpenSSL 3.0.6 11 Oct 2022", "warning"),
        ("OpenSSL 3.5.1 1 Jul 2025", "passed"),
        ("something", "skipped"),
    ]) func `OpenSSL is judged by its version`(text: String, outcome: String) {
        #expect(DaemonDoctor.openSSL(text).outcome.rawValue == outcome)
    }

    @Test(arguments: [
        ("8.14.1", "OpenSSL/3.5.1", nil, "passed"), ("7.88.1", "OpenSSL/3.0.17", nil, "passed"),
        ("7.88.1", "OpenSSL/3.0.17", "http://proxy:3128", "passed"),
        ("7.88.1", "OpenSSL/3.0.17", "SOCKS5H://proxy:1080", "warning"),
        ("8.4.0", "OpenSSL/3.0.17", "socks5h://proxy:1080", "passed"),
        ("7.86.0", "OpenSSL/3.0.17", nil, "failed"), ("8.14.1", "GnuTLS/3.7.9", nil, "failed"),
        ("odd", "OpenSSL/3.5.1", nil, "skipped"),
    ]) func `libcurl is new enough and uses OpenSSL, and its SOCKS5 bug matters only with such a proxy`(
        version: String, tls: String, proxy: String?, outcome: String
    ) {
        let setting = ProxySetting { $0 == "https_proxy" ? proxy : nil }
        #expect(DaemonDoctor.libcurl(version, tls: tls, proxy: setting).outcome.rawValue == outcome)
    }

    @Test(arguments: [(true, "passed"), (false, "warning"), (nil, "skipped")] as [(Bool?, String)])
    func `an unknown synchronisation of the clock does not pass for a synchronised one`(isKept: Bool?, outcome: String)
    {
        let line = HostDoctor.clock(keyturnReleased + 86_400, isKept: isKept)
        #expect(line.outcome.rawValue == outcome && (isKept == true) == (line.hint == nil))
        #expect(HostDoctor.clock(keyturnReleased + -1, isKept: isKept).outcome == .failed)
    }

    @Test(
        arguments: [
            (nil, false, "warning"), (3600, false, "passed"), (2 * 86_400, false, "passed"),
            (2 * 86_400 + 1, false, "warning"), (3600, true, "warning"), (-3600, false, "passed"),
            (-2 * 86_400 - 1, false, "warning"),
        ] as [(Int?, Bool, String)]) func `backups are missing, old, beside the vault, or fine`(
            age: Int?, isBeside: Bool, outcome: String
        )
    {
        let now = keyturnReleased + 86_400
        let last = age.map { LastBackup(file: "/var/backups/keyturn/x.db", takenAt: now + -$0) }
        let line = DaemonDoctor.backups(last, isBesideTheVault: isBeside, now: now)
        #expect(line.outcome.rawValue == outcome && (outcome == "passed") == (line.hint == nil))
    }

    @Test func `system calls that an outer filter denies are named, and a missing filter is not`() throws {
        var denied = Confinement.Outcome()
        (denied.calls, denied.files) = (EPERM, EPERM)
        let standing = ConfinementStatus(isUnprivileged: true, isFiltered: true, capabilities: Capabilities(bits: 0))
        let lines = DaemonDoctor.confinement(denied, standing, startsPrograms: true, program: denied)
        let calls = try #require(lines.first { $0.check == .systemCalls })
        #expect(calls.outcome == .warning && !calls.detail.contains("every system call"), "\(calls.detail)")
        #expect(calls.hint?.contains("SystemCallFilter=seccomp") == true)
        let programs = try #require(lines.first { $0.check == .programs })
        #expect(programs.hint?.contains("SystemCallFilter=landlock_create_ruleset landlock_add_rule") == true)
    }

    @Test func `alerts that reach nobody are a warning`() {
        let (can, cannot) = (true, false)
        #expect(DaemonDoctor.alerts([], startsPrograms: can).map(\.outcome) == [.warning])
        #expect(DaemonDoctor.alerts([], startsPrograms: can)[0].hint?.contains("restart") == false)
        let first = DaemonDoctor.alerts([], startsPrograms: cannot)[0].hint
        #expect(first?.contains("for a first command: restart keyturnd") == true, "a reload does not bring one")
        let channels = [nil, "it answered 500"].map { reason in
            AlertList.Channel(
                name: .test("team"), type: .slack, receiver: "https://hooks.slack.com", least: .warning,
                undelivered: 2, refused: 0, failingSince: nil, reason: reason)
        }
        let lines = DaemonDoctor.alerts(channels, startsPrograms: cannot)
        #expect(lines.map(\.outcome) == [.passed, .warning])
        #expect(lines[0].detail == "team: slack to https://hooks.slack.com, from warning on")
        #expect(
            lines[1].detail.hasSuffix("2 not accepted: it answered 500") && lines[1].hint == "keyturn alert test team")
    }

    @Test(arguments: [
        ("AB12-CD34-EF56-GH78-JK90-LM12-NP34-QR56-ST78\n", true),
        ("the key:\nab12-CD34-EF56-GH78-JK90-LM12-NP34-QR56-ST78", true),
        ("AB12-CD34-EF56-GH78-JK90-LM12-NP34-QR56\n", false),
        ("AB12-CD34-EF56-GH78-JK90-LM12-NP34-QR56-ST789", false),
        ("AB12-CD34-EF56-GH78-JK90-LM12-NP34-QR56-ST78-UV90\n", false),
        ("AB12-CD34-EF56-GH78-JK90-LM12-NP34-QR5-ST78\n", false), ("", false),
    ]) func `a recovery key is recognised by its form`(text: String, isOne: Bool) {
        #expect(RecoveryKeyTrace.isIn(unsafe text.utf8Span.span.bytes) == isOne)
    }

    @Test func `keys that may be swapped out are reported with a remedy`() {
        #expect(DaemonDoctor.keyMemory(isLocked: true).outcome == .passed)
        let line = DaemonDoctor.keyMemory(isLocked: false)
        #expect(line.outcome == .warning && line.hint?.contains("LimitMEMLOCK") == true)
    }

    @Test(arguments: [
        ("vault.db", true), ("vault.db-wal", true), ("vault.db.restored", true), ("audit", true), ("spool", true),
        ("replaced-20261125T013000Z", true), ("lost+found", false), ("run", false), ("key", false),
    ]) func `the modes of the state directory's files are checked`(name: String, isOurs: Bool) {
        #expect(StateModes.isOurs(name) == isOurs)
    }

    @Test(arguments: [
        (0xEF53, "passed"), (0x6969, "failed"), (0x0102_1994, "failed"), (0x9123_683E, "warning"),
    ]) func `file systems on which a vault is not safe are named`(type: Int, outcome: String) {
        #expect(HostDoctor.fileSystem(type).outcome.rawValue == outcome)
    }

    @Test(arguments: [
        (1 << 30, 1000, 2000, "passed"), (100 << 20, 1000, 2000, "warning"), (1 << 20, 1000, 2000, "failed"),
        (1 << 30, 3, 2000, "failed"), (1 << 30, 0, 0, "passed"),
    ]) func `free space is judged by what the vault needs`(bytes: Int, files: Int, all: Int, outcome: String) {
        #expect(
            HostDoctor.freeSpace(DiskRoom(free: bytes, total: 1 << 40, files: files, of: all)).outcome.rawValue
                == outcome)
    }

    @Test(arguments: [
        (1 << 30, nil), ((256 << 20) - 1, "disk_low"), (32 << 20, "disk_low"), ((32 << 20) - 1, "disk_full"),
        (0, "disk_full"),
    ]) func `the status reports low space as the doctor does, with the place and the bytes`(bytes: Int, code: String?)
        throws
    {
        let room = DiskRoom(free: bytes, total: 1 << 40, files: 1000, of: 2000)
        let problem = StatusReport.problem(room, at: "/var/lib/keyturn")
        #expect(problem?.code == code)
        guard let problem else { return }
        #expect(problem.detail.hasPrefix("/var/lib/keyturn has ") && problem.detail.contains("(\(bytes) bytes)"))
        #expect(
            problem.detail.contains(HostDoctor.freeSpace(room).detail)
                && problem.hint == HostDoctor.freeSpace(room).hint)
    }

    @Test func `of many problems the first are listed, with the number of the others`() {
        let problems = (0..<30).map { HealthIssue(code: "code_\($0)", Advice("detail", try: "hint")) }
        let lines = DaemonDoctor.problems(problems, most: 20)
        #expect(lines.count == 21 && lines[20].detail == "and 10 more")
        #expect(DaemonDoctor.problems([]).map(\.outcome) == [.passed])
    }

    @Test func `the worst comes first, and otherwise the order stays`() {
        let report = CheckResults(worstFirst: [
            .init(.kernel, .passed, ""), .init(.clock, .failed, ""), .init(.proxy, .warning, ""),
            .init(.zoom, .failed, ""),
        ])
        #expect(report.checks.map(\.check.known) == [.clock, .zoom, .proxy, .kernel] && !report.passed)
    }

    @Test func `the newest backups of a directory are kept, and other files are left alone`() {
        let names = [
            "keyturn-20260103T000000Z.db", "keyturn-20260101T000000Z.db", "keyturn-20260102T000000Z.db", "keyturn-x.db",
            "vault.db",
        ]
        #expect(Retention(directory: "/d", keep: 2).superfluous(of: names) == ["keyturn-20260101T000000Z.db"])
        #expect(Retention(directory: "/d", keep: 3).superfluous(of: names).isEmpty)
    }
}
