import ArgumentParser
import Domain
import SecretMemory
import SocketAPI
import Terminal

struct AppVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Verify an app's credentials: token, scopes, SCIM.",
        discussion: """
            Exits with 79 if a check fails.

            Example: keyturn app verify zoom-prod
            Example: keyturn app verify --all --yes
            """)

    @OptionGroup var apps: SelectionOptions
    @OptionGroup var planning: PlanOptions
    @OptionGroup var common: CommonOptions

    func validate() throws { try apps.chosen.validate() }

    func run() throws {
        guard let name = apps.chosen.one, !planning.dryRun else { return try verifyMany() }
        let answer = try common.admin.send(.post, "/v1/apps/\(name)/verify")
        let passed = try answer.problem != nil || CheckResults(parsing: answer.body.copy()).passed
        try common.show(answer, as: CheckResults.self) { StandardOutput.write($0.text) }
        if !passed { throw CommandFailure(.upstreamFailed, nil) }
    }

    private func verifyMany() throws {
        let bulk = Bulk(
            verb: "verify", chosen: apps.chosen, common: common, yes: planning.yes, dryRun: planning.dryRun)
        let admin = common.admin
        try bulk.run { app in
            Bulk.Result(
                app.name, .planned, Advice("asks Zoom for tokens with generation \(app.generation), and for one user"))
        } act: { app in
            let found: CheckResults = try admin.send(.post, "/v1/apps/\(app.name)/verify", within: .seconds(120))
                .document()
            return Bulk.Attempt(result: Bulk.Result(app.name, found), reach: found.reach)
        }
    }
}

extension BulkReport.Result {
    /// The first failure, else the first warning, else that everything passed.
    fileprivate init(_ app: Name, _ found: CheckResults) {
        let failed = found.checks.first { $0.outcome == .failed }
        let worst = failed ?? found.checks.first { $0.outcome == .warning }
        self.init(
            app, failed == nil ? .done : .failed,
            worst.map { Advice("\($0.check): \($0.detail)", try: $0.hint) } ?? Advice("all checks passed"),
            exitStatus: failed == nil ? .done : .upstreamFailed)
    }
}

extension CheckResults {
    /// Whether Zoom would answer the account's other apps in the same way.
    fileprivate var reach: Bulk.Reach {
        let causes = checks.filter { $0.outcome == .failed }.compactMap { $0.cause?.known }
        return causes.contains { [.throttled, .unreachable, .tlsUntrusted, .serverError].contains($0) }
            ? .account : .app
    }
}
