import Audit
package import Domain
import Glibc
import SecretMemory
package import SocketAPI
package import Vault

/// Replaces the vault by a backup. Existing files are moved aside and never deleted; no secret of the backup is served
/// before Zoom has accepted it.
package struct VaultRestore {
    private let paths: Paths
    private let time: any TimeSource
    private let storage: any VaultStorage

    package init(paths: Paths, storage: any VaultStorage, time: any TimeSource) {
        self.storage = storage
        self.paths = paths
        self.time = time
    }

    /// If it is killed at any moment, it can be run again: one of the two vaults opens, and the new one only once it is
    /// complete and on disk.
    /// - Parameter replacing: whether to replace even an intact vault.
    package func run(
        _ backup: String, _ key: OfflineKey, replacing: Bool
    ) async throws(StartError) -> RestoreReport {
        do {
            try PrivateDirectory.ensure("the state directory", paths.stateDirectory, mode: 0o700)
            let lock = try storage.lock(.writing)
            defer { withExtendedLifetime(lock) {} }
            let unlockKey = key.unlockKey
            // If an earlier run was killed halfway, the command is repeated without a question.
            let isAgain = try storage.state() == .replacing
            try storage.finishReplacement()
            if !replacing, !isAgain { try await refuseIfWhole(unlockKey, backup) }
            let replacement = try begin(backup)
            let (inspection, newer, aside): (Inspection, [RestoreReport.NewerSecret], String?)
            do {
                (inspection, newer) = try await prepare(replacement.store, backup, unlockKey)
                aside = try await replacement.finish()
            } catch {
                await replacement.discard()
                throw error
            }
            return RestoreReport(
                vault: storage.place, backup: backup, commits: inspection.commits,
                apps: inspection.apps.map { AppGeneration(app: $0.name, generation: $0.generation.number) },
                newerSecrets: newer, movedAside: aside)
        } catch {
            throw StartError(offline: error)
        }
    }

    /// An intact vault may have newer secrets than any backup. One that cannot be served has lost them.
    private func refuseIfWhole(_ unlockKey: UnlockKey, _ backup: String) async throws {
        guard try storage.state() == .present else { return }
        let (seen, findings): (VaultCheck.Look, [Finding])
        do {
            (seen, findings) = try await inspect(unlockKey, LogDirectory(path: paths.audit))
        } catch let error as VaultError where error.code == .wrongKey {
            throw StartError(
                .badData,
                "there is a vault, \(storage.place), that opens with another key; it was not changed",
                hint: "use another --state-dir; or, to replace it with the backup: --replace")
        }
        guard findings.contains(where: { $0.severity == .fatal }) else {
            let relation = await relation(of: seen.inspection, to: backup, unlockKey)
            throw StartError(
                .badData, "the vault \(storage.place) is intact, and \(relation.words); it was not changed",
                hint: "keyturnd serve; or, to replace it with the backup: --replace")
        }
    }

    /// A backup that cannot be read is reported when it is restored.
    private func relation(
        of vault: Inspection?, to backup: String, _ unlockKey: UnlockKey
    ) async -> HistoryRelation {
        guard let vault, let copy = try? storage.backups.open(backup) else { return .unknown }
        let inspection = try? await VaultInspector(copy, with: unlockKey).inspect()
        try? await copy.close()
        return inspection.map(vault.relation) ?? .unknown
    }

    /// Checks a copy of the vault that is there.
    private func inspect(_ unlockKey: UnlockKey, _ log: LogDirectory?) async throws -> (VaultCheck.Look, [Finding]) {
        try await VaultCheck.inspect(at: paths.vault, unlockKey, log: log) { () throws(StoreError) in
            try storage.openCopy(in: paths.stateDirectory)
        }
    }

    private func begin(_ backup: String) throws -> any VaultReplacement {
        do throws(StoreError) { return try storage.beginReplacement(by: backup) } catch {
            guard error.code == .damaged || error.code == .notAVault else { throw error.ofBackup(backup) }
            throw unusable(backup, error.detail)
        }
    }

    /// Verifies the copy with its own keys, and marks everything that a backup cannot know.
    /// - Returns: the unchanged backup's content, and the apps that got a newer secret since.
    private func prepare(
        _ store: any VaultStore, _ backup: String, _ unlockKey: UnlockKey
    ) async throws -> (Inspection, [RestoreReport.NewerSecret]) {
        let inspector = try await VaultInspector(store, with: unlockKey)
        let inspection = try await inspector.inspect()
        let findings = try await store.examine() + inspection.findings
        if let fatal = findings.first(where: { $0.severity == .fatal }) { throw unusable(backup, fatal.detail) }
        // Older than the log, like every backup: from here on it is the newest vault.
        let vault = try await Vault.open(
            store, with: unlockKey, log: LogDirectory(path: paths.audit), acceptingRollback: true, time: time)
        let known = await knownGenerations(inspector, unlockKey)
        let floors = inspection.apps.reduce(into: [Name: GenerationFloor]()) {
            $0[$1.name] = known.floor(of: $1.name, above: $1.generation) ?? $1.floor
        }
        try await mark(vault, inspection, known, floors)
        let newer = inspection.apps.compactMap { app in
            floors[app.name].flatMap { RestoreReport.NewerSecret(app, $0) }
        }
        return (inspection, newer)
    }

    private func unusable(_ backup: String, _ reason: String) -> StartError {
        StartError(
            .badData, "the backup is damaged, and was not restored: \(reason)",
            hint: "use an older backup; keyturnd check \(backup) shows all the damage")
    }

    /// The audit log continues after its last line; without a log, a new one starts. The line about this restore is
    /// written when the vault is served: a line about a commit of a draft that was then abandoned would make the old
    /// vault look rolled back.
    private func mark(
        _ vault: Vault, _ inspection: Inspection, _ known: KnownGenerations, _ floors: [Name: GenerationFloor]
    ) async throws {
        let directory = LogDirectory(path: paths.audit)
        let isThere = ((try? directory.segments()) ?? []).isEmpty == false
        let log = try AuditLog.open(
            in: directory, key: try vault.auditKey(), anchor: isThere ? vault.auditHead : .start, time: time
        ) { _ in }
        let end = EndOfLog(log)
        vault.attach(end)
        try await vault.suspectAll(
            at: time.now.wall, floors: floors, spent: known.highestOfOthers(than: inspection.apps.map(\.name)),
            recording: AuditEvent(
                .init("vault.restore"), .done,
                [
                    ("backup_commit", .number(inspection.commits ?? 0)),
                    ("backup_line", .number(inspection.auditHead.sequence)), ("uid", .number(Int(getuid()))),
                    ("actor", .text("keyturnd")),
                ]))
        withExtendedLifetime(end) {}
        await log.close()
    }

    /// Tells the vault where the log ends, and leaves events to the vault.
    private final class EndOfLog: ChangeLog {
        private let log: AuditLog
        init(_ log: AuditLog) { self.log = log }
        var durable: LogPosition? { log.durable }
        func enqueue(_: AuditEntry) {}
    }

    /// From the log, if there is one, and from the vault to be replaced, if it is the same vault and opens.
    private func knownGenerations(_ backup: VaultInspector, _ unlockKey: UnlockKey) async -> KnownGenerations {
        var known = KnownGenerations()
        guard let key = try? backup.auditKey() else { return known }
        known.read(LogDirectory(path: paths.audit), key: key)
        if (try? storage.state()) == .present, let look = try? await inspect(unlockKey, nil).0,
            let inspector = look.inspector, let inspection = look.inspection,
            let other = try? inspector.auditKey(), other.constantTimeEquals(key)
        {
            known.add(inspection)
        }
        return known
    }
}

extension RestoreReport.NewerSecret {
    /// `nil` when the backup was made after the loss, and its secret is newer than the lost one.
    fileprivate init?(_ app: Inspection.App, _ floor: GenerationFloor) {
        guard app.generation < floor.generation else { return nil }
        self.init(
            app: app.name, restored: app.generation.number, newest: floor.generation.number, madeAt: floor.madeAt,
            restoredUntil: floor.restoredUntil)
    }
}

extension HistoryRelation {
    /// What an operator who wants to replace a vault by a backup should know of the vault.
    fileprivate var words: String {
        switch self {
        case .same: "is the same as the backup"
        case .older(let changes): "lacks \(counted(changes, "change")) of the backup"
        case .newer(let changes):
            "has \(counted(changes, "change")) that the backup lacks: there may be newer secrets among them"
        case .diverged(let commit):
            "has gone a way of its own since change \(commit): it and the backup each have changes that the other lacks"
        case .unknown: "may have newer secrets than the backup"
        }
    }
}
