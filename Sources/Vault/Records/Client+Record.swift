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
        grants = try members("allow", { $0.grants.map(GrantList.init) }).map(\.grant)
    }
}

/// Without `app`, the policy covers every app. A present `app` must be a name: a misread policy must not grant more.
private struct GrantList: MemberList {
    let grant: Grant

    init(_ grant: Grant) { self.grant = grant }

    init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        let app = try members.ifPresent("app", \.app)
        let kinds = try members("kinds", { list in Grant.Kind.allCases.filter(list.grant.kinds.contains) })
        grant = Grant(target: app.map { .app($0) } ?? .any, kinds: Set(kinds))
    }

    private var app: Name? {
        if case .app(let name) = grant.target { name } else { nil }
    }
}
