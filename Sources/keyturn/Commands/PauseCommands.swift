import ArgumentParser
import Domain
import SocketAPI
import Terminal

struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Pause an app's scheduled rotations.",
        discussion: """
            A running rotation continues.

            Example: keyturn pause zoom-prod
            Example: keyturn pause --label env=test --yes
            """)

    @OptionGroup var apps: SelectionOptions
    @OptionGroup var planning: PlanOptions
    @OptionGroup var common: CommonOptions

    func validate() throws { try apps.chosen.validate() }

    func run() throws { try setPaused("pause", true, apps, planning, common) }
}

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Resume an app's scheduled rotations.",
        discussion: """
            Example: keyturn resume zoom-prod
            Example: keyturn resume 'zoom-*' --dry-run
            """)

    @OptionGroup var apps: SelectionOptions
    @OptionGroup var planning: PlanOptions
    @OptionGroup var common: CommonOptions

    func validate() throws { try apps.chosen.validate() }

    func run() throws { try setPaused("resume", false, apps, planning, common) }
}

private func setPaused(
    _ verb: String, _ paused: Bool, _ apps: SelectionOptions, _ planning: PlanOptions, _ common: CommonOptions
) throws {
    var patch = AppPatch()
    patch.paused = paused
    if let name = apps.chosen.one, !planning.dryRun {
        let answer = try common.admin.send(.patch, "/v1/apps/\(name)", body: patch.render())
        return try common.show(answer, as: AppDocument.self) { StandardOutput.write($0.text) }
    }
    let bulk = Bulk(verb: verb, chosen: apps.chosen, common: common, yes: planning.yes, dryRun: planning.dryRun)
    try bulk.set(patch) { app in
        guard app.policy.policy.isPaused != paused else {
            return Advice(paused ? "it is paused already" : "it is not paused")
        }
        return nil
    }
}

extension Bulk {
    /// Makes the same change to each app.
    /// - Parameter leftOut: why an app is left out; `nil` if it is not.
    func set(_ patch: AppPatch, leftOut: (AppDocument) -> Advice?) throws {
        let admin = common.admin
        try run { app in
            if let reason = leftOut(app) { return Result(app.name, .leftOut, reason) }
            return Result(app.name, .planned, Self.advice(patch, app))
        } act: { app in
            _ = try admin.send(.patch, "/v1/apps/\(app.name)", body: patch.render()).document(AppDocument.self)
            return Attempt(result: Result(app.name, .done, Self.advice(patch, app)))
        }
    }

    private static func advice(_ patch: AppPatch, _ app: AppDocument) -> Advice {
        Advice(patch.changes(of: app).map(\.description).joined(separator: "; "))
    }
}
