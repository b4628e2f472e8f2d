import Audit
import Domain
import Envelope
import Health
import Maintenance
import Rotation
import SecretMemory
import SocketAPI
import SocketServer
import Vault

/// Operators' requests about the daemon itself, its log and its vault.
extension AdminCall {
    var health: RenderedResponse {
        routes.gate.session == nil
            ? Response(.serviceUnavailable).json(HealthAnswer.locked) : .ok(HealthAnswer.ok)
    }

    func diagnose() async -> RenderedResponse {
        let session = routes.gate.session
        if let session {
            await AppActions(session: session, zoom: routes.zoom, time: routes.time, audited: nil).checkRotations()
        }
        let unlocked = session.map { session in
            DaemonDoctor.Unlocked(
                vault: session.vault, pusher: session.pusher, problems: routes.status.issues(session.vitals)
            ) { try await session.audit.verifyNewest() }
        }
        let report = await routes.doctor.report(unlocked, channels: await routes.notifier.channelStates) {
            key throws(VaultError) in try await routes.gate.slot(openedBy: key)
        }
        return .ok(report)
    }

    func testAlert() async throws(Problem) -> RenderedResponse {
        var channel: Name?
        if let text = request.target.query("channel") {
            guard let name = Name(text) else {
                throw Problem(.badRequest, "channel is not a name: \(Name.grammar)", try: "keyturn alert list")
            }
            channel = name
        }
        return .ok(try await routes.notifier.test(channel))
    }

    // MARK: The vault

    func unlock(_ wanted: consuming UnlockRequest) async throws(Problem) -> RenderedResponse {
        let unlockKey: UnlockKey
        do throws(VaultError) {
            switch consume wanted {
            case .passphrase(let secret): unlockKey = UnlockKey(.passphrase(secret))
            case .recoveryKey(let secret): unlockKey = try UnlockKey(typedRecoveryKey: secret)
            }
        } catch {
            throw Problem(error)
        }
        try await routes.unlocking.run { () throws(VaultError) in try await routes.gate.unlock(with: unlockKey) }
        return .noContent
    }

    func backUp(_ wanted: BackupRequest) async throws(Problem) -> RenderedResponse {
        let session = try session
        var report = try await routes.backups.run(wanted, session.vault)
        // A new secret in the spool, or in memory alone, is in no backup.
        let missing = session.rotations.report.troubles.filter { $0.kind != .unready }
        report.problems.insert(contentsOf: missing.map { HealthIssue($0) }, at: 0)
        return .ok(report)
    }

    func lock() async throws(Problem) -> RenderedResponse {
        guard !routes.gate.holdsTheOnlyCopy else {
            throw Problem(
                .busy,
                "a new secret is only in memory, because the disk does not accept it: it would be lost",
                try: "keyturn status, and fix the disk")
        }
        if let audited { await routes.gate.lock(recording: audited.done) }
        return .noContent
    }

    func adopt() async throws(Problem) -> RenderedResponse {
        let vault = try session.vault
        try await asProblem { () throws(VaultError) in try await vault.adopt() }
        return .noContent
    }

    // MARK: The audit log

    func auditLines() async throws(Problem) -> RenderedResponse {
        let query = try AuditQuery(request.target)
        do {
            let lines = try await session.audit.lines(query)
            return .ok(AuditPage(lines: lines.map(\.text), last: lines.last?.sequence ?? query.after))
        } catch {
            throw (error as? Problem) ?? Self.unreadable
        }
    }

    func verifyAudit() async throws(Problem) -> RenderedResponse {
        let from = try request.target.number("from", in: 1...Int(Int32.max))
        do {
            let report = try await session.audit.verify(from: from)
            if let from, report.segments == 0 {
                throw Problem(
                    .notFound, "the audit log has no file with the number \(from), nor a later one",
                    try: "keyturn audit verify, without --from")
            }
            return .ok(
                AuditReport(
                    segments: report.segments, lines: report.lines, first: report.first, last: report.last,
                    code: report.code, findings: report.findings))
        } catch {
            throw (error as? Problem) ?? Self.unreadable
        }
    }

    func acknowledgeAudit() async throws(Problem) -> RenderedResponse {
        let audit = try session.audit
        let isNews = try await asProblem { () throws(VaultError) in
            try await audit.acknowledge(recording: audited?.done)
        }
        guard isNews else {
            throw Problem(.conflict, "there is nothing to acknowledge: the audit log is unchanged")
        }
        return .noContent
    }

    static let unreadable = Problem(.storageFailed, "the audit log cannot be read")
}
