import Domain
import SecretJSON
import SecretMemory

extension Candidate: Record {
    static let table = SealedTable.candidate
    var opened: OpenedRow { .candidate(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        id = try columns("id", \.id)
        appID = try columns("app", \.appID)
        secret = try members.ifPresent("secret", \.secret)
        answer = try members.answer(\.answer)
        answeredAt = try members("answered_at", \.answeredAt)
        savedAt = try members("saved_at", \.savedAt)
        beside = try members("beside", \.beside)
        askedAt = try members.ifPresent("asked_at", \.askedAt)
        verdict = try members.ifPresent("verdict", \.verdict)
    }
}
