import SecretJSON
import Times

struct DeliveryRecord: Record {
    static let table = SealedTable.delivery
    let targetID: String
    let delivery: Delivery

    init(targetID: String, _ delivery: Delivery) {
        self.targetID = targetID
        self.delivery = delivery
    }

    var cells: [Cell] { [.text(targetID)] }

    func write(to writer: inout JSONWriter) {
        if let generation = delivery.generation { writer.member("generation", generation.number) }
        if let before = delivery.before { writer.member("before", before.number) }
        writer.member("waiting", ifPresent: delivery.waiting)
        writer.member("pushed_at", ifPresent: delivery.pushedAt)
        writer.member("replication_asked", delivery.replicationAsked)
        writer.member("replicated_at", ifPresent: delivery.replicatedAt)
        writer.member("shown", ifPresent: delivery.shown)
        writer.member("looked_at", ifPresent: delivery.lookedAt)
        writer.member("changed_at", ifPresent: delivery.changedAt)
        if let failure = delivery.failure {
            writer.member("failed_at", failure.at)
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
                "failed_at", "cause", "reason", "hint", "refusal", "before", "waiting",
            ], of: document.root)
        targetID = try cells.text(0)
        var delivery = Delivery()
        delivery.generation = try document.generation("generation")
        delivery.before = try document.generation("before")
        delivery.waiting = try document.optionalText("waiting")
        delivery.pushedAt = try document.optionalTime("pushed_at")
        delivery.replicationAsked = try document.flag("replication_asked")
        delivery.replicatedAt = try document.optionalTime("replicated_at")
        delivery.shown = try document.optionalText("shown")
        delivery.lookedAt = try document.optionalTime("looked_at")
        delivery.changedAt = try document.optionalTime("changed_at")
        if let at = try document.optionalTime("failed_at") {
            delivery.failure = Delivery.Failure(
                at: at, cause: try document.text("cause"), reason: try document.text("reason"),
                hint: try document.optionalText("hint"), isRefusal: try document.flag("refusal"))
        }
        self.delivery = delivery
    }
}

extension JSONDocument {
    fileprivate func generation(_ name: String) throws(JSONError) -> Generation? {
        guard let node = member(name, of: root) else { return nil }
        guard let generation = Generation(try integer(node)) else { throw JSONError(.outOfRange, member: name) }
        return generation
    }

    fileprivate func flag(_ name: String) throws(JSONError) -> Bool { try bool(try require(name, of: root)) }
}
