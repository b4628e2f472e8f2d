import Domain
import SecretJSON

struct UpkeepRecord: Record {
    static let table = SealedTable.upkeep
    let appID: String
    let upkeep: Upkeep

    init(appID: String, _ upkeep: Upkeep) {
        self.appID = appID
        self.upkeep = upkeep
    }

    var cells: [Cell] { [.text(appID)] }
    var opened: OpenedRow { .upkeep(self) }

    func write(to writer: inout JSONWriter) {
        if let rotation = upkeep.rotation {
            writer.member("rotation_base", rotation.base.number)
            writer.member("rotation_due", rotation.due)
        }
        if let probe = upkeep.probe {
            writer.member("probe_generation", probe.generation.number)
            writer.member("probe_at", probe.at)
            writer.member("probe_cause", ifPresent: probe.cause)
            writer.member("probe_reason", ifPresent: probe.reason)
            writer.key("probe_missing")
            writer.beginArray()
            for scope in probe.missingScopes { writer.string(scope) }
            writer.endArray()
        }
        if let scope = upkeep.scope {
            writer.member("scope_at", scope.at)
            writer.member("scope_lack", ifPresent: scope.lack)
        }
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "rotation_base", "rotation_due", "probe_generation", "probe_at", "probe_cause", "probe_reason",
                "probe_missing", "scope_at", "scope_lack",
            ], of: document.root)
        appID = try cells.text(0)
        var upkeep = Upkeep()
        if let base = try document.generation("rotation_base") {
            upkeep.rotation = Upkeep.PlannedRotation(base: base, due: try document.time("rotation_due"))
        }
        if let generation = try document.generation("probe_generation") {
            var missing: [String] = []
            for node in try document.list("probe_missing", of: document.root) {
                missing.append(try document.string(node))
            }
            upkeep.probe = Upkeep.Probe(
                generation: generation, at: try document.time("probe_at"),
                cause: try document.optionalText("probe_cause"), reason: try document.optionalText("probe_reason"),
                missingScopes: missing)
        }
        if let at = try document.optionalTime("scope_at") {
            upkeep.scope = Upkeep.RotationScope(at: at, lack: try document.optionalText("scope_lack"))
        }
        self.upkeep = upkeep
    }
}

extension JSONDocument {
    /// `nil` when the member is absent.
    fileprivate func generation(_ name: String) throws(JSONError) -> Generation? {
        guard let node = member(name, of: root) else { return nil }
        guard let generation = Generation(try integer(node)) else { throw JSONError(.outOfRange, member: name) }
        return generation
    }
}
