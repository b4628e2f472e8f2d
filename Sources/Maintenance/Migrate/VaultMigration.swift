import Audit
import Domain
import Glibc
package import SocketAPI
import System
package import Vault

/// Moves a vault that no daemon serves to another place, with all that it has: its commits, its audit log and its numbers go on.
///
/// The copy is read again, and every row of it opened, before the old place is left; and it may not be served before that. So one
/// of the two at most is served, whatever crashes. Until the old place is left, it is the vault, and an unfinished copy makes way for
/// another; from then on, the same command finishes the copy.
package struct VaultMigration {
    private let source: any MigrationEnd
    private let target: any MigrationEnd
    private let paths: Paths

    package init(from source: any MigrationEnd, to target: any MigrationEnd, paths: Paths) {
        (self.source, self.target, self.paths) = (source, target, paths)
    }

    package func run(_ key: OfflineKey) async throws(StartError) -> MigrationReport {
        do {
            try PrivateDirectory.ensure("the state directory", paths.stateDirectory, mode: 0o700)
            let ends = source.isLocal ? [source, target] : [target, source]
            let locks = try ends.map { try $0.lock() }
            defer { withExtendedLifetime(locks) {} }
            switch (try source.state(), try target.state()) {
            case (_, .vault): throw there
            case (.vault, let state), (.moved(to: target.place), let state): return try await move(over: state, key)
            case (.nothing, .unfinished) where hasLeft: return try await finish(key, movedAside: nil)
            case (.moved(let place), _):
                throw StartError(
                    .badData, "the vault \(source.inPlace) was moved to \(place) already",
                    hint: "move that one: keyturnd migrate --from PLACE --to PLACE")
            case (.unfinished, _):
                throw StartError(
                    .badData, "what is \(source.inPlace) is a copy that was not finished",
                    hint: "repeat the command that made it")
            case (.nothing, _):
                throw StartError(
                    .notFound, "there is no vault \(source.inPlace)", hint: "check the place after --from")
            }
        } catch {
            throw StartError(offline: error)
        }
    }

    /// Whether a vault was moved away from here. Elsewhere the copy's old place may still be served.
    private var hasLeft: Bool {
        source.isLocal && ((try? Files.names(in: paths.stateDirectory)) ?? []).contains { $0.hasPrefix("moved-") }
    }

    private var there: StartError {
        StartError(
            .badData, "there already is a vault \(target.inPlace); it was not changed",
            hint: "if it was moved there by this command, serve it: keyturnd serve; otherwise name another place")
    }

    // MARK: Steps

    private func move(over state: MigrationState, _ key: OfflineKey) async throws -> MigrationReport {
        let rows = try source.open()
        do {
            let inspection = try await inspect(rows, at: source.inPlace, key)
            try checkLog(inspection)
            if case .moved = state { try await checkNothingIsLost(by: inspection, key) }
            try await target.receive(rows, from: source.place)
            MigrationStep.reach(.afterCopy)
            let copy = try target.open()
            let (old, new) = (try await rows.read { try RowCount($0) }, try await copy.read { try RowCount($0) })
            let copied = try await inspect(copy, at: target.inPlace, key)
            try? await copy.close()
            guard old == new, copied.newest == inspection.newest, copied.auditHead == inspection.auditHead else {
                throw StartError(
                    .inputOutput,
                    "the copy \(target.inPlace) does not have the rows of \(source.place); the vault was not moved",
                    hint: "repeat the command; if it fails again, check the disk, or the database server")
            }
            try? await rows.close()
        } catch {
            try? await rows.close()
            throw error
        }
        MigrationStep.reach(.beforeLeave)
        let aside = try source.leave(for: target.place)
        MigrationStep.reach(.afterLeave)
        return try await finish(key, movedAside: aside)
    }

    /// - Parameter aside: where the old vault is; `nil` when it is where it was, or was left by an earlier run.
    private func finish(_ key: OfflineKey, movedAside aside: String?) async throws -> MigrationReport {
        let copy = try target.open()
        let inspection: Inspection
        do {
            inspection = try await inspect(copy, at: target.inPlace, key)
            try checkLog(inspection)
        } catch {
            try? await copy.close()
            throw error
        }
        try? await copy.close()
        try target.finish()
        MigrationStep.reach(.afterFinish)
        return MigrationReport(
            from: source.place, to: target.place, commits: inspection.commits,
            rows: inspection.rows.values.reduce(0, +),
            apps: inspection.apps.map { AppGeneration(app: $0.name, generation: $0.generation.number) },
            movedAside: aside)
    }

    // MARK: Checks

    /// Opens every row. A vault that could not be served, or is older than the audit log, is not moved.
    private func inspect(_ store: any VaultStore, at place: String, _ key: OfflineKey) async throws -> Inspection {
        let inspector = try await VaultInspector(store, with: key.unlockKey)
        let inspection = try await inspector.inspect()
        var findings = try await store.examine() + inspection.findings
        if let rollback = try await inspector.rollback(inspection, LogDirectory(path: paths.audit)) {
            findings.append(rollback)
        }
        if let fatal = findings.first(where: { $0.severity == .fatal }) {
            throw StartError(
                .badData, "the vault \(place) is damaged, and was not moved: \(fatal.detail)",
                hint: fatal.advice.hint ?? "keyturnd check shows all the damage")
        }
        return inspection
    }

    /// The vault knows where its log ends. On a host without the log it would seem to have been removed.
    private func checkLog(_ inspection: Inspection) throws {
        guard inspection.auditHead.sequence > 0,
            ((try? LogDirectory(path: paths.audit).segments()) ?? []).isEmpty
        else { return }
        throw StartError(
            .badData,
            "the vault's audit log is not in \(paths.audit): it has \(counted(inspection.auditHead.sequence, "line"))",
            hint: "move the vault on the host that served it last; or copy its audit/ and spool/ here first")
    }

    /// A vault that was moved away from the target makes way only for one that has all of its changes.
    private func checkNothingIsLost(by new: Inspection, _ key: OfflineKey) async throws {
        let old = try target.open()
        let inspection = try? await VaultInspector(old, with: key.unlockKey).inspect()
        try? await old.close()
        switch inspection?.relation(to: new) {
        case .same, .older: return
        case nil, .newer, .diverged, .unknown:
            throw StartError(
                .badData,
                "the vault that was moved away from \(target.place) is another one, or has changes that this one lacks",
                hint: "name another place; or drop that one: DROP SCHEMA keyturn CASCADE")
        }
    }
}
