import Domain
import SecretJSON

extension Client: Record {
    static let table = SealedTable.client
    var indexed: [String] { [name.description] }
    var opened: OpenedRow { .client(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        id = try columns("id", \.id)
        name = try members("name", \.name)
        selectors = Selectors(
            uid: try members("uid", \.selectors.uid), user: try members.ifPresent("user", \.selectors.user),
            gid: try members.ifPresent("gid", \.selectors.gid), unit: try members.ifPresent("unit", \.selectors.unit),
            executable: try members.ifPresent("exe", \.selectors.executable),
            allowsForeign: try members("foreign", \.selectors.allowsForeign, omitting: false))
        createdAt = try members("created_at", \.createdAt)
        grants = try members("allow", \.grants)
    }
}
