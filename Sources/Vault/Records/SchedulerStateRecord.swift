import Domain
package import SecretJSON

struct SchedulerStateRecord: Record {
    static let table = SealedTable.schedulerState
    let appID: String
    let schedulerState: SchedulerState

    init(appID: String, _ schedulerState: SchedulerState) {
        self.appID = appID
        self.schedulerState = schedulerState
    }

    var opened: OpenedRow { .schedulerState(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        appID = try columns("app", \.appID)
        schedulerState = SchedulerState(
            rotation: try members.inline(ifPresent: "rotation_base", \.schedulerState.rotation),
            probe: try members.inline(ifPresent: "probe_generation", \.schedulerState.probe),
            scope: try members.inline(ifPresent: "scope_at", \.schedulerState.scope))
    }
}

extension SchedulerState.PlannedRotation: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        base = try members("rotation_base", \.base)
        due = try members("rotation_due", \.due)
    }
}

extension SchedulerState.Probe: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        generation = try members("probe_generation", \.generation)
        at = try members("probe_at", \.at)
        // A cause that only a newer version knows must not make the vault unreadable.
        cause = try members.ifPresent("probe_cause") { $0.cause.map(Open.known) }.map { $0.known ?? .refused }
        reason = try members.ifPresent("probe_reason", \.reason)
        missingScopes = try members("probe_missing", \.missingScopes)
    }
}

extension SchedulerState.RotationScope: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        at = try members("scope_at", \.at)
        lack = try members.ifPresent("scope_lack") { $0.lack.map(Open.known) }.map { $0.known ?? .missingScopes }
    }
}
