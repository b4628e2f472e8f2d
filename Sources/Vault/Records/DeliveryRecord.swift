import Domain
import SecretJSON

struct DeliveryRecord: Record {
    static let table = SealedTable.delivery
    let targetID: String
    let delivery: Delivery

    init(targetID: String, _ delivery: Delivery) {
        self.targetID = targetID
        self.delivery = delivery
    }

    var cells: [Cell] { [.text(targetID)] }
    var opened: OpenedRow { .delivery(self) }

    func write(to writer: inout JSONWriter) {
        if let generation = delivery.generation { writer.member("generation", generation.number) }
        if let before = delivery.before { writer.member("before", before.number) }
        writer.member("waiting", ifPresent: delivery.waiting)
        writer.member("pushed_at", ifPresent: delivery.pushedAt)
        writer.member("saved_at", ifPresent: delivery.savedAt)
        writer.member("replication_asked", delivery.replicationAsked)
        writer.member("replicated_at", ifPresent: delivery.replicatedAt)
        if let known = delivery.known {
            writer.member("shown", ifPresent: known.secret)
            writer.member("saved", ifPresent: known.savedAt)
            writer.member("rest", known.rest)
        }
        writer.member("looked_at", ifPresent: delivery.lookedAt)
        if let drift = delivery.drift {
            writer.member("changed_at", drift.seenAt)
            writer.member("change", drift.kind.rawValue)
            writer.member("change_saved", ifPresent: drift.savedAt)
        }
        if let restoration = delivery.restoration {
            writer.member("restore_tried_at", restoration.triedAt)
            writer.member("restored", restoration.count)
            writer.member("restored_first", ifPresent: restoration.first)
            writer.member("restored_last", ifPresent: restoration.last)
        }
        if let failure = delivery.failure {
            writer.member("failed_at", failure.at)
            writer.member("step", failure.step.rawValue)
            writer.member("cause", failure.cause)
            writer.member("reason", failure.reason)
            writer.member("hint", ifPresent: failure.hint)
            writer.member("refusal", failure.isRefusal)
        }
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "generation", "pushed_at", "replication_asked", "replicated_at", "shown", "looked_at", "changed_at",
                "failed_at", "step", "cause", "reason", "hint", "refusal", "before", "waiting", "saved_at", "saved",
                "rest",
                "change", "change_saved", "restore_tried_at", "restored", "restored_first", "restored_last",
            ], of: document.root)
        targetID = try cells.text(0)
        var delivery = Delivery()
        delivery.generation = try document.generation("generation")
        delivery.before = try document.generation("before")
        delivery.waiting = try document.optionalText("waiting")
        delivery.pushedAt = try document.optionalTime("pushed_at")
        delivery.savedAt = try document.optionalTime("saved_at")
        delivery.replicationAsked = try document.flag("replication_asked")
        delivery.replicatedAt = try document.optionalTime("replicated_at")
        delivery.known = try document.sighting()
        delivery.lookedAt = try document.optionalTime("looked_at")
        delivery.drift = try document.drift()
        delivery.restoration = try document.restoration()
        delivery.failure = try document.failure()
        self.delivery = delivery
    }
}

extension JSONDocument {
    fileprivate func generation(_ name: String) throws(JSONError) -> Generation? {
        guard let node = member(name, of: root) else { return nil }
        guard let generation = Generation(try integer(node)) else { throw JSONError(.outOfRange, member: name) }
        return generation
    }

    fileprivate func sighting() throws(JSONError) -> Sighting? {
        guard let rest = try optionalText("rest") else { return nil }
        return Sighting(secret: try optionalText("shown"), savedAt: try optionalText("saved"), rest: rest)
    }

    fileprivate func drift() throws(JSONError) -> Drift? {
        guard let seenAt = try optionalTime("changed_at") else { return nil }
        guard let kind = Drift.Kind(rawValue: try text("change")) else {
            throw JSONError(.outOfRange, member: "change")
        }
        return Drift(seenAt: seenAt, kind: kind, savedAt: try optionalText("change_saved"))
    }

    fileprivate func restoration() throws(JSONError) -> Restoration? {
        guard let triedAt = try optionalTime("restore_tried_at") else { return nil }
        var restoration = Restoration(triedAt: triedAt)
        restoration.count = try integer(try require("restored", of: root))
        restoration.first = try optionalTime("restored_first")
        restoration.last = try optionalTime("restored_last")
        return restoration
    }

    fileprivate func failure() throws(JSONError) -> Delivery.Failure? {
        guard let at = try optionalTime("failed_at") else { return nil }
        guard let step = Delivery.Failure.Step(rawValue: try text("step")) else {
            throw JSONError(.outOfRange, member: "step")
        }
        return Delivery.Failure(
            at: at, step: step, cause: try text("cause"), reason: try text("reason"), hint: try optionalText("hint"),
            isRefusal: try flag("refusal"))
    }

    fileprivate func flag(_ name: String) throws(JSONError) -> Bool { try bool(try require(name, of: root)) }
}
