import Domain
import Health
import Maintenance
import Rotation
import SocketAPI
import Vault

/// Everything about one app, for `keyturn status NAME`: put together from what the other operations answer.
extension AdminCall {
    func appStatus() async throws(Problem) -> AppStatusDocument {
        let (session, name) = (try session, try name)
        let history = try await rotations.history(name)
        // Read after the rotations, which took a moment: a rotation in the entry is one of these, or has ended since.
        let catalog = session.vault.catalog
        let entry = try catalog.existingApp(name)
        let now = routes.time.now
        return AppStatusDocument(
            now: now.wall, app: try apps.show(name), summary: StatusReport.summary(of: entry, catalog, now),
            problems: routes.status.issues(session.vitals, name),
            progress: RotationProgress(entry, catalog, now.wall), history: history,
            holders: HolderList(entry).holders,
            targets: catalog.targets(of: entry.app).map { TargetDocument($0, catalog, now.wall) })
    }
}

extension RotationProgress {
    /// `nil` without a running rotation.
    fileprivate init?(_ entry: AppEntry, _ catalog: Catalog, _ now: Timestamp) {
        guard let rotation = entry.rotation,
            let wait = RotationWait(
                rotation, holders: catalog.holders(of: entry), targets: catalog.targets(of: entry.app),
                generation: entry.credential.generation, now: now)
        else { return nil }
        self.init(
            step: rotation.step, waitsFor: wait.row.kind, detail: wait.row.words, names: wait.names,
            since: wait.since, usual: wait.usual, until: rotation.due, deadline: wait.deadline)
    }
}

extension Rotation {
    /// The step that it has reached, of a rotation that goes well.
    fileprivate var step: RotationPhase {
        switch phase {
        case .lostResponse: .intended
        case .blocked:
            // Where it continues: a second blocked state is not one of the steps, and before Zoom was asked there is none.
            switch resumesAt {
            case .lostResponse: .intended
            case .some(let phase) where RotationProgress.steps.contains(phase): phase
            default: promotedAt == nil ? .planned : .current
            }
        default: phase
        }
    }
}
