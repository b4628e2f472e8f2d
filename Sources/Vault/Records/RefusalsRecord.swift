import Domain
import SecretJSON

struct RefusalsRecord: Record {
    static let table = SealedTable.refusals
    let appID: String
    let refusals: Refusals

    init(appID: String, _ refusals: Refusals) {
        self.appID = appID
        self.refusals = refusals
    }

    var opened: OpenedRow { .refusals(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        appID = try columns("app", \.appID)
        let generation = try members("generation", \.refusals.generation)
        let times = try members("times", \.refusals.times)
        // A cause that only a newer version knows must not make the vault unreadable.
        let cause = try members("cause") { Open.known($0.refusals.cause) }
        let reason = try members("reason", \.refusals.reason)
        let mayPass = try members("may_pass", \.refusals.mayPass, omitting: false)
        refusals = Refusals(
            generation: generation, times: times, cause: cause.known ?? (mayPass ? .unexpectedAnswer : .refused),
            reason: reason, mayPass: mayPass)
    }
}
