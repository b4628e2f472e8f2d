package import Audit
package import Confinement
import Doctor
package import Domain
import Envelope
import Glibc
package import HTTPTransport
package import Maintenance
package import PushTargets
import SecretMemory
package import SocketAPI
package import Vault

/// The daemon's checks: the host, its libraries and sockets, the vault, and the connections to Zoom and to push targets.
package struct DaemonDoctor {
    typealias Line = CheckResult

    let paths: Paths
    /// The unlock key for the next start.
    package let source: UnlockSource?
    let transport: any HTTPTransport
    let time: any TimeSource
    /// When the daemon was started, on both clocks.
    let started: Moment
    let confinement: Confinement
    let library: StorageLibrary
    /// Asks the vault's database about itself.
    let server: @Sendable () async throws -> ServerReport?

    package init(
        paths: Paths, source: UnlockSource?, transport: any HTTPTransport, time: any TimeSource, started: Moment,
        confinement: Confinement, library: StorageLibrary,
        server: @escaping @Sendable () async throws -> ServerReport? = { nil }
    ) {
        self.server = server
        self.library = library
        (self.paths, self.source, self.transport) = (paths, source, transport)
        (self.time, self.started, self.confinement) = (time, started, confinement)
    }

    /// The objects to check while the vault is unlocked.
    package struct Unlocked {
        let vault: Vault
        let pusher: TargetPusher
        /// The problems that the status shows.
        let problems: [HealthIssue]
        /// Reads the newest file of the audit log again.
        let readAuditLog: @Sendable () async throws -> AuditVerifier.Report

        package init(
            vault: Vault, pusher: TargetPusher, problems: [HealthIssue],
            readAuditLog: @escaping @Sendable () async throws -> AuditVerifier.Report
        ) {
            (self.vault, self.pusher, self.problems, self.readAuditLog) = (vault, pusher, problems, readAuditLog)
        }
    }

    /// - Parameters:
    ///   - channels: where alerts are sent besides the log.
    ///   - slot: finds the key slot that a key opens.
    package func report(
        _ unlocked: Unlocked?, channels: [AlertList.Channel],
        slot: (UnlockKey) async throws(VaultError) -> (id: String, kind: String)
    ) async -> CheckResults {
        var lines = HostDoctor(paths: paths, now: time.now.wall, owner: geteuid()).lines
        lines += [
            jump, Self.openSSL(OpenSSLVersion.text), Self.storage(library),
            Self.libcurl(CurlVersion.text, tls: CurlVersion.tls, proxy: .current), Self.proxy(.current),
            Self.keyMemory(isLocked: SecretBytes.keptAreLocked), await unlocking(slot),
        ]
        lines += Self.confinement(
            confinement.outcome, .current, startsPrograms: confinement.startsPrograms,
            program: confinement.startsPrograms ? Confinement.ofProgram(keptOutOf: paths.closed) : nil)
        lines += [(paths.agentSocket, .agentSocket), (paths.adminSocket, .adminSocket)].map(socket)
        lines += await database()
        lines.append(backups)
        lines += Self.alerts(channels, startsPrograms: confinement.startsPrograms)
        if let unlocked {
            let catalog = unlocked.vault.catalog
            lines += Self.policies(catalog.entries.map(\.app))
            lines += [slots(unlocked.vault), await auditLog(unlocked.readAuditLog)]
            // Free space, modes, sockets and channels are reported above, with or without a daemon.
            let told: [AttentionCode] = [
                .diskLow, .diskFull, .socketGone, .vaultGone, .stateOpen, .storeUnreachable, .alertsUndelivered,
            ]
            lines += Self.problems(
                unlocked.problems.filter { problem in !told.contains { $0.rawValue == problem.code } })
            lines += await zoom(catalog.entries.map(\.app.environment))
            lines += await targets(unlocked.pusher, catalog)
        } else {
            lines.append(Line(.vault, .failed, AttentionCode.locked.advice))
            lines += await zoom([])
        }
        return CheckResults(worstFirst: lines)
    }

    /// Compares the two clocks: the same time passes on both, unless someone sets the wall clock.
    private var jump: Line {
        let now = time.now
        let set = now.secondsSet(since: started)
        guard abs(set) > 30 else {
            return Line(.clockJump, .passed, "the clock was not set since the daemon started")
        }
        return Line(
            .clockJump, .warning,
            "the clock was set \(set > 0 ? "ahead" : "back") by \(countdown(abs(set))) since the daemon started",
            try: "find out what sets it: timedatectl timesync-status")
    }

    // MARK: Unlocking

    /// Opens a key slot like the next start would, and drops the result.
    private func unlocking(
        _ slot: (UnlockKey) async throws(VaultError) -> (id: String, kind: String)
    ) async -> Line {
        guard let source else {
            return Line(
                .unlock, .warning,
                "by hand: after each start of the daemon no client is served until somebody unlocks it",
                try: "use a key file or a systemd credential to avoid that")
        }
        let opened: (id: String, kind: String)
        do throws(StartError) {
            opened = try await source.slot(slot)
        } catch {
            return Line(
                .unlock, .failed, "\(error.detail); the next start fails",
                try: error.hint ?? "keyturn key add, and make the daemon start with that key")
        }
        let words = "\(source.name) opens key slot \(opened.id) (\(opened.kind))"
        var (key, vault) = (stat(), stat())
        guard case .keyFile(let path) = source, unsafe stat(path, &key) == 0, unsafe stat(paths.vault, &vault) == 0
        else { return Line(.unlock, .passed, words) }
        guard key.st_dev == vault.st_dev else { return Line(.unlock, .passed, words + ", from another file system") }
        return Line(
            .unlock, .warning, words + ", and is on the vault's file system: anyone who has the disk has both",
            try: "use a systemd credential that is bound to a TPM, or a passphrase")
    }

    private func slots(_ vault: Vault) -> Line {
        let kinds = vault.slotKinds
        let words = kinds.map(\.words).joined(separator: ", ")
        guard kinds.contains(.recovery) else {
            return Line(.keySlots, .failed, "there is no recovery key: \(words)", try: "keyturn key add --help")
        }
        return kinds.count > 1
            ? Line(.keySlots, .passed, words)
            : Line(.keySlots, .warning, "the \(words) is the only unlock key", try: "keyturn key add --help")
    }

    // MARK: Sockets

    private func socket(_ path: String, _ check: CheckName) -> Line {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
            return Line(
                check, .failed, "\(path) is missing: new clients cannot connect",
                try: path.hasPrefix(Paths.systemRuntimeDirectory + "/") ? Paths.restart : "restart keyturnd")
        }
        return Line(check, .passed, path)
    }

    // MARK: The vault

    private func auditLog(_ read: () async throws -> AuditVerifier.Report) async -> Line {
        do {
            let report = try await read()
            guard let finding = report.findings.first else {
                return Line(
                    .auditLog, .passed,
                    "the newest file is intact: lines \(report.first) to \(report.last)")
            }
            return Line(.auditLog, .failed, finding, try: "keyturn audit verify")
        } catch {
            return Line(.auditLog, .failed, "it cannot be read: \(error)", try: "ls -l \(paths.audit)")
        }
    }

    /// The problems of the status, up to a readable number.
    static func problems(_ problems: [HealthIssue], most: Int = 20) -> [Line] {
        // The check of the unlock key says more.
        let problems = problems.filter { $0.code != AttentionCode.unlockKeyGone.rawValue }
        guard !problems.isEmpty else { return [Line(.apps, .passed, "nothing is overdue, blocked or refused")] }
        var lines = problems.prefix(most).map(Line.init)
        if problems.count > most {
            let isBad = problems.dropFirst(most).contains { $0.severity == .critical }
            lines.append(
                Line(.apps, isBad ? .failed : .warning, "and \(problems.count - most) more", try: "keyturn status"))
        }
        return lines
    }
}
