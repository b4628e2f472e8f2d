import Domain
import SecretJSON

struct AppRecord: Record {
    static let table = SealedTable.app
    let app: App

    init(_ app: App) { self.app = app }

    var cells: [Cell] { [.text(app.id)] }
    var indexed: [String] { [app.name.description] }
    var opened: OpenedRow { .app(app) }

    func write(to writer: inout JSONWriter) {
        writer.member("name", app.name.description)
        writer.member("account_id", app.accountID)
        writer.member("client_id", app.clientID)
        writer.member("marketplace_app_id", ifPresent: app.marketplaceAppID)
        switch app.environment {
        case .commercial: writer.member("environment", "commercial")
        case .government: writer.member("environment", "government")
        case .custom(let tokenURL, let apiURL):
            writer.member("environment", "custom")
            writer.member("token_url", tokenURL)
            writer.member("api_url", apiURL)
        }
        writer.member("created_at", app.createdAt)
        writer.member("rotation_grant", ifPresent: app.rotationGrant)
        if let every = app.policy.every { writer.member("rotate_every", every) }
        writer.member("windows", app.policy.windows)
        writer.member("time_zone", app.policy.timeZone)
        writer.member("overlap", app.policy.overlap)
        writer.member("paused", app.policy.isPaused)
        writer.member("description", ifPresent: app.profile.description)
        writer.member("company", ifPresent: app.profile.company)
        writer.member("contact_name", ifPresent: app.profile.contactName)
        writer.member("contact_email", ifPresent: app.profile.contactEmail)
        writer.member("features", ifPresent: app.profile.features)
        if app.first != .first { writer.member("first", app.first.number) }
        guard let floor = app.floor else { return }
        writer.member("floor", floor.generation.number)
        writer.member("floor_made_at", ifPresent: floor.madeAt)
        writer.member("restored_until", ifPresent: floor.restoredUntil)
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "name", "account_id", "client_id", "marketplace_app_id", "environment", "token_url", "api_url",
                "created_at", "rotation_grant", "rotate_every", "windows", "time_zone", "overlap", "paused",
                "description", "company", "contact_name", "contact_email", "features", "first", "floor",
                "floor_made_at", "restored_until",
            ],
            of: document.root)
        guard let name = Name(try document.text("name")) else { throw JSONError(.outOfRange, member: "name") }
        let environment: App.Environment
        switch try document.text("environment") {
        case "commercial": environment = .commercial
        case "government": environment = .government
        case "custom":
            environment = .custom(tokenURL: try document.text("token_url"), apiURL: try document.text("api_url"))
        default: throw JSONError(.outOfRange, member: "environment")
        }
        var app = App(
            id: try cells.text(0), name: name, accountID: try document.text("account_id"),
            clientID: try document.text("client_id"),
            marketplaceAppID: try document.optionalText("marketplace_app_id"),
            environment: environment, createdAt: try document.time("created_at"),
            policy: try Self.policy(document), rotationGrant: try document.optionalText("rotation_grant"),
            profile: try Self.profile(document))
        app.first = try Self.generation("first", document) ?? .first
        app.floor = try Self.generation("floor", document).map { generation throws(JSONError) in
            GenerationFloor(
                generation: generation, madeAt: try document.optionalTime("floor_made_at"),
                restoredUntil: try document.optionalTime("restored_until"))
        }
        self.app = app
    }

    private static func generation(
        _ name: String, _ document: borrowing JSONDocument
    ) throws(JSONError) -> Generation? {
        guard document.member(name, of: document.root) != nil else { return nil }
        guard let generation = Generation(try document.number(name)) else { throw JSONError(.outOfRange, member: name) }
        return generation
    }

    private static func profile(_ document: borrowing JSONDocument) throws(JSONError) -> AppProfile {
        var profile = AppProfile()
        profile.description = try document.optionalText("description")
        profile.company = try document.optionalText("company")
        profile.contactName = try document.optionalText("contact_name")
        profile.contactEmail = try document.optionalText("contact_email")
        profile.features = try document.optionalText("features")
        return profile
    }

    private static func policy(_ document: borrowing JSONDocument) throws(JSONError) -> RotationPolicy {
        var policy = RotationPolicy()
        if let every = document.member("rotate_every", of: document.root) {
            policy.every = try document.integer(every)
        }
        policy.windows = try document.text("windows")
        policy.timeZone = try document.text("time_zone")
        policy.overlap = try document.number("overlap")
        policy.isPaused = try document.bool(try document.require("paused", of: document.root))
        return policy
    }
}
