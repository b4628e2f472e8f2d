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
        refusals = Refusals(
            generation: try members("generation", \.refusals.generation), times: try members("times", \.refusals.times),
            // A cause that only a newer version knows must not make the vault unreadable.
            cause: try members("cause") { Open.known($0.refusals.cause) }.known ?? .refused,
            reason: try members("reason", \.refusals.reason),
            mayPass: try members("may_pass", \.refusals.mayPass, omitting: false))
    }
}
