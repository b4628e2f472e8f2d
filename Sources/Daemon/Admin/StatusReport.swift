import Names
import Rotation
import SocketAPI
import Times
import Vault

/// How everything is: problems first, each with what to type next.
struct StatusReport {
    let gate: VaultGate
    let time: any TimeSource
    let version: String
    let startedAt: Timestamp

    func answer(_ name: Name?) throws(Problem) -> RenderedResponse {
        let now = time.now
        guard let session = gate.session else {
            return Response(.ok).json(
                document(
                    .locked, now, [.init("locked", "the vault is locked: nobody is served", try: "keyturn unlock")], [])
            )
        }
        var entries = session.vault.catalog.apps
        if let name {
            guard let entry = session.vault.catalog.app(name) else { throw Problem(Vault.noSuchApp(name)) }
            entries = [entry]
        }
        let escrow = session.rotations.report.troubles.filter { name == nil || $0.app == nil || $0.app == name }
        return Response(.ok).json(
            document(
                .unlocked, now, escrow.map(StatusDocument.Problem.init) + entries.flatMap(Self.problems),
                entries.map { Self.app($0, now) }))
    }

    private func document(
        _ state: StatusDocument.State, _ now: Moment, _ problems: [StatusDocument.Problem],
        _ apps: [StatusDocument.App]
    ) -> StatusDocument {
        StatusDocument(
            state: state, version: version, startedAt: startedAt, now: now.wall, problems: problems, apps: apps)
    }

    private static func problems(_ entry: AppEntry) -> [StatusDocument.Problem] {
        var found = rotationProblems(entry)
        guard let refusals = refused(entry) else { return found }
        found += [
            .init(
                refusals.cause, app: entry.app.name,
                "zoom refused generation \(refusals.generation): \(refusals.reason)",
                try: "keyturn app verify \(entry.app.name)")
        ]
        return found
    }

    /// What a rotation waits for from the operator, the one with a date of death first.
    private static func rotationProblems(_ entry: AppEntry) -> [StatusDocument.Problem] {
        guard let rotation = entry.rotation else { return [] }
        let death = rotation.revokeAt.map { "; the old secret dies at \($0)" } ?? ""
        switch rotation.phase {
        case .lostResponse:
            return [
                .init(
                    "lost_response", app: entry.app.name,
                    "an answer of Zoom's was lost\(death); Keyturn asks again\(rotation.due.map { " at \($0)" } ?? "")",
                    try: "keyturn rotation show \(rotation.id)")
            ]
        case .held:
            return [
                .init(
                    "rotation_held", app: entry.app.name, "\(rotation.reason ?? "the rotation is held")\(death)",
                    try: "keyturn rotate \(entry.app.name) --manual")
            ]
        default: return []
        }
    }

    private static func app(_ entry: AppEntry, _ now: Moment) -> StatusDocument.App {
        let left = entry.token.map { $0.secondsLeft(at: now) } ?? 0
        let state: StatusDocument.App.TokenState =
            if left > 0 { .fresh } else if refused(entry) != nil { .refused } else if entry.token != nil {
                .expired
            } else { .none }
        return StatusDocument.App(
            app: entry.app.name, generation: entry.credential.generation.number,
            secretCreatedAt: entry.credential.createdAt, token: state,
            tokenExpiresAt: left > 0 ? entry.token?.token.expiresAt : nil)
    }

    private static func refused(_ entry: AppEntry) -> Refusals? {
        entry.refusals.flatMap { $0.generation == entry.credential.generation ? $0 : nil }
    }
}
