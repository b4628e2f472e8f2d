import Audit
import Confinement
import Doctor
import Domain
import Envelope
import Glibc
import HTTPTransport
import Maintenance
import SecretMemory
import SocketAPI
import Vault
import VaultSQLite

/// What could go wrong, as the daemon sees it: the machine, its own libraries and sockets, the vault, the ways to Zoom and to push targets.
struct DaemonDoctor {
    typealias Line = DoctorReport.Line

    let places: Places
    let settings: Settings
    /// The file that systemd's credential is in.
    let credential: String?
    let transport: any HTTPTransport
    let time: any TimeSource
    /// When the daemon was started, on both clocks.
    let started: Moment
    let confinement: Confinement

    /// What opens the vault at the next start.
    var source: UnlockSource? { settings.unlockSource(credential: credential, closed: places.closed) }

    func report(_ gate: VaultController, status: [StatusDocument.Problem], channel: String) async -> DoctorReport {
        let session = gate.session
        var lines = HostDoctor(places: places, now: time.now.wall).lines
        lines += [
            jump, Self.openSSL(OpenSSLVersion.text), Self.sqlite(SQLiteStore.libraryVersion),
            Self.libcurl(CurlVersion.text, tls: CurlVersion.tls, proxy: .current), Self.proxy(.current),
            Self.keyMemory(isLocked: SecretBytes.keptAreLocked), await unlocking(gate),
        ]
        lines += Self.confinement(
            confinement.outcome, .current, startsPrograms: confinement.startsPrograms,
            program: confinement.startsPrograms ? Confinement.ofProgram(keptOutOf: places.closed) : nil)
        lines += [(places.agentSocket, "agent_socket"), (places.adminSocket, "admin_socket")].map(socket)
        lines += [backups, Self.alerts(channel: channel, startsPrograms: confinement.startsPrograms)]
        if let session {
            lines += Self.policies(session.vault.catalog.entries.map(\.app))
            lines += [slots(session.vault), await auditLog(session)]
            // The room left and the sockets are told above, with a daemon or without.
            let told: [AttentionCode] = [.diskLow, .diskFull, .socketGone]
            lines += Self.problems(status.filter { problem in !told.contains { $0.rawValue == problem.code } })
            lines += await zoom(session.vault.catalog.entries.map(\.app.environment))
            lines += await targets(session)
        } else {
            lines.append(Line("vault", .failed, "it is locked: nobody is served", try: "keyturn unlock"))
            lines += await zoom([])
        }
        return DoctorReport(lines)
    }

    /// What passes on one clock passes on the other, unless somebody sets the one that can be set.
    private var jump: Line {
        let now = time.now
        let set = now.secondsSet(since: started)
        guard abs(set) > 30 else {
            return Line("clock_jump", .passed, "the clock was not set since the daemon started")
        }
        return Line(
            "clock_jump", .warning,
            "the clock was set \(set > 0 ? "ahead" : "back") by \(countdown(abs(set))) since the daemon started",
            try: "look at what sets it: timedatectl timesync-status")
    }

    // MARK: The way in

    /// Opens a key slot as the next start would, and throws away what that leads to.
    private func unlocking(_ gate: VaultController) async -> Line {
        guard let source else {
            return Line(
                "unlock", .warning,
                "by hand: after each start of the daemon nobody is served until somebody unlocks it",
                try: "a key file or a systemd credential, if that must not be")
        }
        let opened: (id: String, kind: String)
        do throws(StartError) {
            opened = try await source.slot { key throws(VaultError) in try await gate.slot(openedBy: key) }
        } catch {
            return Line(
                "unlock", .failed, "\(error.detail); the next start fails",
                try: error.hint ?? "keyturn key add, and have the daemon start with that")
        }
        let words = "\(source.name) opens key slot \(opened.id) (\(opened.kind))"
        var (key, vault) = (stat(), stat())
        guard case .keyFile(let path) = source, unsafe stat(path, &key) == 0, unsafe stat(places.vault, &vault) == 0
        else { return Line("unlock", .passed, words) }
        guard key.st_dev == vault.st_dev else { return Line("unlock", .passed, words + ", from another file system") }
        return Line(
            "unlock", .warning, words + ", and is on the vault's file system: anyone who has the disk has both",
            try: "a systemd credential that is bound to a TPM, or a passphrase")
    }

    private func slots(_ vault: Vault) -> Line {
        let kinds = vault.slotKinds
        let words = kinds.joined(separator: ", ")
        guard kinds.contains("recovery key") else {
            return Line("key_slots", .failed, "there is no recovery key: \(words)", try: "keyturn key add --help")
        }
        return kinds.count > 1
            ? Line("key_slots", .passed, words)
            : Line("key_slots", .warning, "the \(words) is the only way in", try: "keyturn key add --help")
    }

    // MARK: Sockets

    private func socket(_ path: String, _ check: String) -> Line {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
            return Line(
                check, .failed, "\(path) is gone: new clients cannot connect",
                try: path.hasPrefix(Places.systemRuntimeDirectory + "/") ? Places.restart : "restart keyturnd")
        }
        return Line(check, .passed, path)
    }

    // MARK: The vault's own

    private func auditLog(_ session: VaultController.Session) async -> Line {
        do {
            let newest = try session.audit.directory.segments().last
            let report = try await session.audit.verify(from: newest)
            guard let finding = report.findings.first else {
                return Line(
                    "audit_log", .passed,
                    "the newest file is as it was written: lines \(report.first) to \(report.last)")
            }
            return Line("audit_log", .failed, finding, try: "keyturn audit verify")
        } catch {
            return Line("audit_log", .failed, "it cannot be read: \(error)", try: "ls -l \(places.audit)")
        }
    }

    /// What the status names, but no more than anybody reads.
    static func problems(_ problems: [StatusDocument.Problem], most: Int = 20) -> [Line] {
        guard !problems.isEmpty else { return [Line("apps", .passed, "nothing is overdue, blocked or refused")] }
        var lines = problems.prefix(most).map { problem in
            Line(
                problem.code, problem.severity == .critical ? .failed : .warning,
                (problem.app.map { "\($0): " } ?? "") + problem.detail, try: problem.hint)
        }
        if problems.count > most {
            let isBad = problems.dropFirst(most).contains { $0.severity == .critical }
            lines.append(
                Line("apps", isBad ? .failed : .warning, "and \(problems.count - most) more", try: "keyturn status"))
        }
        return lines
    }
}
