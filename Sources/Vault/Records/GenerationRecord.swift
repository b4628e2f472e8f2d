import Domain
import SecretJSON

struct GenerationRecord: Record {
    static let table = SealedTable.generation
    let appID: String
    let credential: Credential

    init(appID: String, _ credential: Credential) {
        self.appID = appID
        self.credential = credential
    }

    static func id(appID: String, _ generation: Generation) -> String { "\(appID).\(generation)" }

    var opened: OpenedRow { .generation(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        columns.derived { Self.id(appID: $0.appID, $0.credential.generation) }
        appID = try columns("app", \.appID)
        credential = Credential(
            generation: try columns("number", \.credential.generation),
            state: try columns("state", \.credential.state),
            clientSecret: try members("client_secret", \.credential.clientSecret),
            createdAt: try members("created_at", \.credential.createdAt),
            suspectSince: try members.ifPresent("suspect_since", \.credential.suspectSince))
    }
}
