import Domain
package import SecretJSON

extension App: Record {
    static let table = SealedTable.app
    var indexed: [String] { [name.description, zoomIdentity] }
    var opened: OpenedRow { .app(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        id = try columns("id", \.id)
        name = try members("name", \.name)
        accountID = try members("account_id", \.accountID)
        clientID = try members("client_id", \.clientID)
        marketplaceAppID = try members.ifPresent("marketplace_app_id", \.marketplaceAppID)
        switch try members("environment", \.environment.kind) {
        case .commercial: environment = .commercial
        case .government: environment = .government
        case .custom:
            environment = .custom(
                tokenURL: try members("token_url", \.environment.tokenURL),
                apiURL: try members("api_url", \.environment.apiURL))
        }
        createdAt = try members("created_at", \.createdAt)
        rotationGrant = try members.ifPresent("rotation_grant", \.rotationGrant)
        policy = RotationPolicy(
            every: try members.ifPresent("rotate_every", \.policy.every),
            windows: try members("windows", \.policy.windows), timeZone: try members("time_zone", \.policy.timeZone),
            overlap: try members("overlap", \.policy.overlap), isPaused: try members("paused", \.policy.isPaused))
        profile = try members.inline(\.profile)
        labels = try members("labels", \.labels, omitting: Labels())
        first = try members("first", \.first, omitting: .first)
        floor = try members.inline(ifPresent: "floor", \.floor)
    }
}

extension ZoomEnvironment {
    /// Only for a stand-in.
    fileprivate var tokenURL: String { if case .custom(let url, _) = self { url } else { "" } }
    fileprivate var apiURL: String { if case .custom(_, let url) = self { url } else { "" } }
}

extension GenerationFloor: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        generation = try members("floor", \.generation)
        madeAt = try members.ifPresent("floor_made_at", \.madeAt)
        restoredUntil = try members.ifPresent("restored_until", \.restoredUntil)
    }
}
