import Audit
import Doctor
import Domain
import Glibc
package import SocketAPI
package import Vault

/// Checks a vault that no daemon serves, and the files beside it. Changes nothing: it opens a copy.
package struct VaultCheck {
    private let paths: Paths
    private let storage: any VaultStorage
    private let spoolStore: any SpoolStore
    /// The directory for the copy.
    private let scratch: String

    /// - Parameter scratch: a directory for a copy of the vault, which is sealed like the vault.
    package init(paths: Paths, storage: any VaultStorage, spool: any SpoolStore, scratch: String) {
        self.paths = paths
        self.storage = storage
        spoolStore = spool
        self.scratch = scratch
    }

    /// Checks the state directory: the vault, the audit log, the spool, and the permissions.
    package func run(_ key: OfflineKey) async throws(StartError) -> CheckReport {
        do {
            switch try storage.state() {
            case .present: break
            case .missing: throw StartError.noVault(in: storage, VaultTraces(in: paths.stateDirectory))
            case .replacing:
                throw StartError(
                    .badData, "a restore was interrupted before the vault was in place",
                    hint: "keyturnd serve, which completes it; or repeat the restore")
            }
            let lock = try storage.lock(.reading)
            defer { withExtendedLifetime(lock) {} }
            let log = LogDirectory(path: paths.audit)
            var (look, findings) = try await Self.inspect(at: paths.vault, key.unlockKey, log: log) {
                () throws(StoreError) in
                try storage.openCopy(in: scratch)
            }
            findings += StateModes(in: paths.stateDirectory).findings
            var lines = 0
            if let inspector = look.inspector {
                let (audit, count) = auditLog(inspector, look.inspection)
                lines = count
                findings += audit
                findings += await spool(inspector)
            }
            look.findings = findings
            return look.report(storage.place, auditLines: lines)
        } catch {
            throw StartError(offline: error)
        }
    }

    /// Checks only a vault's file, such as a backup.
    package func run(file: String, _ key: OfflineKey) async throws(StartError) -> CheckReport {
        do {
            var (look, findings) = try await Self.inspect(at: file, key.unlockKey, log: nil) { () throws(StoreError) in
                try storage.backups.openCopy(of: file, in: scratch)
            }
            // Whatever is wrong with a backup, the vault need not be replaced because of it.
            let hint = StoreError.otherBackup(file)
            look.findings =
                file == storage.place
                ? findings : findings.map { Finding($0.severity, $0.place, $0.detail, try: hint) }
            return look.report(file, auditLines: 0)
        } catch {
            throw StartError(offline: (error as? StoreError)?.ofBackup(file) ?? error)
        }
    }

    // MARK: The parts

    struct Look: Sendable {
        var inspection: Inspection?
        /// `nil` when the keys could not be opened.
        var inspector: VaultInspector?
        var findings: [Finding] = []
    }

    /// - Parameter log: the vault's audit log, which shows whether the vault is older than it.
    static func inspect(
        at path: String, _ unlockKey: UnlockKey, log: LogDirectory?, _ openCopy: () throws(StoreError) -> any VaultStore
    ) async throws -> (Look, [Finding]) {
        let store: any VaultStore
        do throws(StoreError) { store = try openCopy() } catch {
            guard error.code == .damaged || error.code == .notAVault else { throw error }
            return (Look(), [Finding(.fatal, "vault.db", error.advice)])
        }
        return try await inspect(at: store, unlockKey, log)
    }

    private static func inspect(
        at store: any VaultStore, _ unlockKey: UnlockKey, _ log: LogDirectory?
    ) async throws -> (Look, [Finding]) {
        var (look, findings) = (Look(), [Finding]())
        do {
            findings = try await store.examine()
            let inspector = try await VaultInspector(store, with: unlockKey)
            look.inspector = inspector
            let inspection = try await inspector.inspect()
            look.inspection = inspection
            findings += inspection.findings
            if let log, let rollback = try await inspector.rollback(inspection, log) { findings.append(rollback) }
        } catch let error as VaultError where error.code == .damaged || error.code == .store(.damaged) {
            findings.append(Finding(.fatal, "vault.db", error.advice))
        } catch let error as StoreError where error.code == .damaged {
            findings.append(Finding(.fatal, "vault.db", error.advice))
        }
        try? await store.close()
        return (look, findings)
    }

    private func auditLog(_ inspector: VaultInspector, _ inspection: Inspection?) -> ([Finding], lines: Int) {
        var findings: [Finding] = []
        func add(_ severity: Finding.Severity, _ detail: String, try hint: String?) {
            findings.append(Finding(severity, "audit", detail, try: hint))
        }
        let head = inspection?.auditHead ?? .start
        guard unsafe access(paths.audit, F_OK) == 0 || errno != ENOENT else {
            if head.sequence > 0 {
                add(
                    .error, "the log is missing; it had \(counted(head.sequence, "line"))",
                    try: "find out who could write to \(paths.audit)")
            }
            return (findings, 0)
        }
        do {
            let report = try AuditVerifier.verify(
                LogDirectory(path: paths.audit), key: try inspector.auditKey(), anchor: head)
            for finding in report.findings { add(.error, finding, try: "keep the files: they are the evidence") }
            return (findings, report.lines)
        } catch {
            add(.error, "the log cannot be read: \(error)", try: "ls -l \(paths.audit)")
            return (findings, 0)
        }
    }

    private func spool(_ inspector: VaultInspector) async -> [Finding] {
        let files: [SpoolFile]
        do throws(StoreError) { files = try await spoolStore.files() } catch {
            return [Finding(.error, "spool", error.detail, try: "ls -l \(paths.spool)")]
        }
        return files.compactMap { file in
            do throws(VaultError) {
                try inspector.open(try SpoolEntry(reading: file.bytes))
                return nil
            } catch {
                return Finding(.error, file.name, error.advice)
            }
        }
    }
}

extension VaultCheck.Look {
    func report(_ path: String, auditLines: Int) -> CheckReport {
        var contents = CheckReport.Contents()
        if let inspection {
            contents.rows = inspection.rows.values.reduce(0, +)
            contents.commits = inspection.commits
            contents.apps = inspection.apps.map { AppGeneration(app: $0.name, generation: $0.generation.number) }
        }
        return CheckReport(
            vault: path, contents: contents, auditLines: auditLines,
            findings: findings.sorted { $0.severity < $1.severity })
    }
}
