import Audit
import Domain
import SecretMemory
import Vault

/// The generations that each app had, according to what survived: the audit log, and the vault that a backup replaces.
struct KnownGenerations {
    /// How long Zoom accepts a secret at most once there is a newer one, in seconds. [doc]
    private static let longestOverlap = 30 * 86_400

    /// A rotation that made a secret, or may have.
    private struct Made {
        let base: Int
        let generation: Int
        var at: Timestamp
        /// Until when Zoom accepts the old one.
        var oldUntil: Timestamp?
    }

    private struct Known {
        var highest = 0
        /// When that one was first seen.
        var seen: Timestamp?
        var rotations: [String: Made] = [:]

        mutating func see(_ generation: Int, at time: Timestamp?) {
            guard generation > highest else { return }
            (highest, seen) = (generation, time)
        }
    }

    private var apps: [Name: Known] = [:]

    // MARK: The audit log

    /// Reads only lines that the vault's key authenticates. An unreadable log yields nothing.
    mutating func read(_ log: LogDirectory, key: borrowing SecretBytes) {
        try? log.forEachAuthenticLine(key: key) { add($0) }
    }

    private mutating func add(_ line: borrowing AuditLine) {
        guard let generation = line.number("generation"), let outcome = line.text("outcome"),
            outcome == "done" || outcome == "allowed", let app = line.text("app").flatMap(Name.init),
            let time = line.time(), let action = line.text("action")
        else { return }
        apps[app, default: Known()].see(generation, at: time)
        guard action.hasPrefix("rotation."), let id = line.text("rotation") else { return }
        switch RotationPhase(rawValue: line.text("state") ?? String(action.dropFirst("rotation.".count))) {
        case .planned: break
        // Zoom made no secret, or none that was stored.
        case .refused, .aborted: apps[app]?.rotations[id] = nil
        default:
            let known = apps[app]?.rotations[id]
            let made = Made(
                base: generation, generation: line.number("new_generation") ?? generation + 1,
                at: action == "rotation.current" ? time : known?.at ?? time,
                oldUntil: line.time("revoke_at") ?? known?.oldUntil)
            apps[app]?.rotations[id] = made
        }
    }

    // MARK: The replaced vault

    mutating func add(_ vault: Inspection) {
        for app in vault.apps {
            apps[app.name, default: Known()].see(app.generation.number, at: app.createdAt)
            if let floor = app.floor { apps[app.name]?.see(floor.generation.number, at: floor.madeAt) }
            guard let rotation = app.rotation, rotation.phase != .planned else { continue }
            apps[app.name]?.rotations[rotation.id] = Made(
                base: rotation.base.number, generation: rotation.target.number,
                at: rotation.promotedAt ?? rotation.plannedAt, oldUntil: rotation.oldExpires)
        }
        for (name, generation) in vault.spent.byName { apps[name, default: Known()].see(generation.number, at: nil) }
    }

    // MARK: Results

    /// The highest generation of an app, whether certain or only possible.
    func highest(of name: Name) -> Generation? {
        guard let known = apps[name] else { return nil }
        return Generation(max(known.highest, known.rotations.values.map(\.generation).max() ?? 0))
    }

    /// The same for apps that a backup does not contain.
    func highestOfOthers(than names: [Name]) -> [Name: Generation] {
        apps.keys.reduce(into: [:]) { if !names.contains($1) { $0[$1] = highest(of: $1) } }
    }

    /// The generations of an app that a backup lacks.
    /// - Parameter restored: the generation in the backup.
    func floor(of name: Name, above restored: Generation) -> GenerationFloor? {
        guard let known = apps[name], let highest = highest(of: name), highest > restored else { return nil }
        let maker = known.rotations.values.filter { $0.generation == highest.number }.map(\.at).min()
        let endings = known.rotations.values.filter { $0.base == restored.number }.map {
            $0.oldUntil ?? $0.at + Self.longestOverlap
        }
        return GenerationFloor(
            generation: highest, madeAt: maker ?? (known.highest == highest.number ? known.seen : nil),
            restoredUntil: endings.min())
    }
}
