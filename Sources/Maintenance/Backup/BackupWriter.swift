package import Domain
import Glibc
package import SocketAPI
import System
package import Vault

/// Writes backups of the vault while it is in use. A backup gets its name only after it is on disk, was read again from
/// there, and all of its rows opened with the vault's keys.
package struct BackupWriter {
    private let store: any VaultStore
    private let storage: any VaultStorage
    private let paths: Paths
    private let time: any TimeSource

    package init(
        store: any VaultStore, of storage: any VaultStorage, paths: Paths, time: any TimeSource
    ) {
        self.storage = storage
        (self.store, self.paths, self.time) = (store, paths, time)
    }

    private var forbidden: [String] { [paths.stateDirectory, paths.audit, paths.spool] }

    package func run(_ request: BackupRequest, _ vault: Vault) async throws(Problem) -> BackupReport {
        switch request {
        case .file(let path, let force):
            let target = try BackupTarget(
                path, mayReplace: force, forbidden: forbidden, isBackup: storage.backups.isBackup)
            return try await write(to: target, vault, retention: nil)
        case .directory(let directory, let keep):
            guard Retention.numbers.contains(keep) else {
                throw Problem(.badRequest, "keep is not 1 to \(Retention.numbers.upperBound)")
            }
            let path = "\(directory)/\(Retention.freeName(in: directory, from: time.now.wall))"
            let target = try BackupTarget(
                path, mayReplace: false, forbidden: forbidden, isBackup: storage.backups.isBackup)
            return try await write(to: target, vault, retention: Retention(directory: target.directory, keep: keep))
        }
    }

    private func write(
        to target: BackupTarget, _ vault: Vault, retention: Retention?
    ) async throws(Problem) -> BackupReport {
        try target.begin()
        defer { target.sweep() }
        do {
            let witness = try await store.backUp(to: target.draft) { try CopyWitness($0) }
            let taken = time.now.wall
            let inspection = try await proven(target.draft, witness, vault)
            guard let commits = inspection.commits else { throw Self.unlike("its state row cannot be decrypted") }
            var status = stat()
            guard unsafe stat(target.draft, &status) == 0 else { throw Self.unlike(SystemError.words(for: errno)) }
            try target.publish()
            LastBackup(file: target.path, takenAt: taken).record(paths)
            return BackupReport(
                file: target.path, bytes: Int(status.st_size), takenAt: taken,
                rows: inspection.rows.values.reduce(0, +), commits: commits,
                apps: inspection.apps.map { AppGeneration(app: $0.name, generation: $0.generation.number) },
                removed: retention?.apply() ?? [],
                problems: inspection.findings.map {
                    HealthIssue(.damagedRow, $0.detail, try: "stop the daemon, then keyturnd check")
                })
        } catch {
            throw Problem(backup: error)
        }
    }

    /// Reads the copy again. Problems of the vault itself that do not prevent serving it are not the copy's fault.
    private func proven(_ draft: String, _ witness: CopyWitness, _ vault: Vault) async throws -> Inspection {
        let copy = try storage.backups.open(draft)
        do {
            let inspection = try await proven(copy, witness, vault)
            try? await copy.close()
            return inspection
        } catch {
            try? await copy.close()
            throw error
        }
    }

    private func proven(
        _ copy: any ExaminableStore, _ witness: CopyWitness, _ vault: Vault
    ) async throws -> Inspection {
        guard try await copy.read({ try CopyWitness($0) }) == witness else {
            throw Self.unlike("it is not a consistent state")
        }
        let inspection = try await vault.inspect(copy)
        let findings = try await copy.examine() + inspection.findings
        if let fatal = findings.first(where: { $0.severity == .fatal }) { throw Self.unlike(fatal.detail) }
        return inspection
    }

    private static func unlike(_ reason: String) -> Problem {
        Problem(
            .vaultDamaged, "the copy is damaged and was deleted: \(reason)",
            try: "stop the daemon, then keyturnd check")
    }
}

extension Problem {
    /// Why there is no backup. A store's message about files stays here: no path leaves over a socket.
    fileprivate init(backup error: any Error) {
        switch error {
        case let error as Problem: self = error
        case let error as VaultError: self.init(error)
        case let error as StoreError:
            switch error.code {
            case .inUse: self.init(.busy, "another backup is running", try: "repeat the command when it is done")
            case .diskFull:
                self.init(
                    .storageFailed, "the disk is full: no backup was made",
                    try: "free some space, or use another directory"
                )
            case .notPermitted, .readOnly:
                self.init(.storageFailed, "the daemon's user cannot write there", try: "use another directory")
            case .unavailable, .undecided, .untrusted:
                self.init(.storageFailed, "the vault's database is not available: no backup was made", try: error.hint)
            case .closed: self.init(.unavailable, "the daemon is stopping: no backup was made")
            case .damaged, .notAVault: self.init(.vaultDamaged, "the copy is damaged: no backup was made")
            default: self.init(.storageFailed, "the disk failed: no backup was made", try: "dmesg")
            }
        default: self.init(.internal, "no backup was made; the daemon's log says why")
        }
    }
}
