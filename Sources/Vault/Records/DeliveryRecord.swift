import Domain
package import SecretJSON

struct DeliveryRecord: Record {
    static let table = SealedTable.delivery
    let targetID: String
    private(set) var delivery: Delivery

    init(targetID: String, _ delivery: Delivery) {
        self.targetID = targetID
        self.delivery = delivery
    }

    var opened: OpenedRow { .delivery(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        targetID = try columns("target", \.targetID)
        delivery = Delivery()
        delivery.generation = try members.ifPresent("generation", \.delivery.generation)
        delivery.before = try members.ifPresent("before", \.delivery.before)
        delivery.waiting = try members.ifPresent("waiting", \.delivery.waiting)
        delivery.pushedAt = try members.ifPresent("pushed_at", \.delivery.pushedAt)
        delivery.savedAt = try members.ifPresent("saved_at", \.delivery.savedAt)
        delivery.replicationAsked = try members("replication_asked", \.delivery.replicationAsked)
        delivery.replicatedAt = try members.ifPresent("replicated_at", \.delivery.replicatedAt)
        delivery.known = try members.inline(ifPresent: "rest", \.delivery.known)
        delivery.lookedAt = try members.ifPresent("looked_at", \.delivery.lookedAt)
        delivery.drift = try members.inline(ifPresent: "changed_at", \.delivery.drift)
        delivery.restoration = try members.inline(ifPresent: "restore_tried_at", \.delivery.restoration)
        delivery.failure = try members.inline(ifPresent: "failed_at", \.delivery.failure)
    }
}

extension Sighting: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        secret = try members.ifPresent("shown", \.secret)
        savedAt = try members.ifPresent("saved", \.savedAt)
        rest = try members("rest", \.rest)
    }
}

extension Drift: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        seenAt = try members("changed_at", \.seenAt)
        kind = try members("change", \.kind)
        savedAt = try members.ifPresent("change_saved", \.savedAt)
    }
}

extension Restoration: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        triedAt = try members("restore_tried_at", \.triedAt)
        count = try members("restored", \.count)
        first = try members.ifPresent("restored_first", \.first)
        last = try members.ifPresent("restored_last", \.last)
    }
}

extension Delivery.Failure: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        self.init(
            at: try members("failed_at", \.at), step: try members("step", \.step), cause: try members("cause", \.cause),
            reason: try members("reason", \.reason), hint: try members.ifPresent("hint", \.hint),
            isRefusal: try members("refusal", \.isRefusal))
    }
}
