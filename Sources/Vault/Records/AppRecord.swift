import Names
import SecretJSON

struct AppRecord: Record {
    static let table = SealedTable.app
    let app: App

    init(_ app: App) { self.app = app }

    var cells: [Cell] { [.text(app.id)] }

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
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "name", "account_id", "client_id", "marketplace_app_id", "environment", "token_url", "api_url",
                "created_at",
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
        app = App(
            id: try cells.text(0), name: name, accountID: try document.text("account_id"),
            clientID: try document.text("client_id"),
            marketplaceAppID: try document.optionalText("marketplace_app_id"),
            environment: environment, createdAt: try document.time("created_at"))
    }
}
