import ArgumentParser
import Domain
import SocketAPI
import Terminal

struct AppSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change an app's rotation policy, IDs, description or labels.",
        discussion: """
            A new account ID or client ID is stored once Zoom accepts the present secret with it, and makes a new
            generation for all clients. An empty text removes a description, a contact or the owner.

            Example: keyturn app set zoom-prod --rotate-every 30d --window "Sun 02:00-04:00" --timezone Europe/Berlin
            For several apps at once, name a pattern, labels that they have (--with-label, as --label sets one) or --all. It
            shows which apps are meant and what changes, and asks.

            Example: keyturn app set --with-label env=test --overlap 1d --yes
            Example: keyturn app set zoom-prod --label team=identity --label env=prod --owner identity@example.org
            """)

    @Argument(help: "The app, or a pattern such as 'zoom-*' for several.", completion: .apps) var name: NamePattern?
    @Option(
        help: ArgumentHelp(
            "Every app with this label, or with any value of this key; repeatable, all must match.",
            valueName: "key[=value]"))
    var withLabel: [LabelCondition] = []
    @Flag(help: "Every app.") var all = false
    @Option(help: ArgumentHelp("The time from one rotation to the next; 0s: never.", valueName: "duration"))
    var rotateEvery: DurationText?
    @Option(help: ArgumentHelp("When a rotation may begin; empty: at any time.", valueName: "window")) var window:
        String?
    @Option(help: ArgumentHelp("The window's time zone, by its IANA name.", valueName: "zone")) var timezone: String?
    @Option(help: ArgumentHelp("The least time for which both secrets stay valid.", valueName: "duration")) var overlap:
        DurationText?
    @Option(parsing: .unconditional, help: ArgumentHelp("Zoom's account ID.", valueName: "id")) var accountId: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("Zoom's client ID.", valueName: "id")) var clientId: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("The Marketplace's own ID of the app.", valueName: "id"))
    var marketplaceAppId: String?
    @Flag(help: "Store new IDs without verifying them with Zoom.") var noVerify = false
    @OptionGroup var record: ProfileOptions
    @Option(help: ArgumentHelp("Remove the label with this key; repeatable.", valueName: "key"))
    var removeLabel: [Name] = []
    @OptionGroup var planning: PlanOptions
    @OptionGroup var common: CommonOptions

    private var chosen: ChosenApps { ChosenApps(name, withLabel, all) }

    func validate() throws {
        try chosen.validate()
        guard chosen.one != nil || [accountId, clientId, marketplaceAppId].allSatisfy({ $0 == nil }) else {
            throw ValidationError("an ID belongs to one app, which must be named")
        }
        if let both = removeLabel.first(where: { record.labels[$0] != nil }) {
            throw ValidationError("the label '\(both)' is to be set and removed")
        }
        var verifyAlone = AppPatch()
        verifyAlone.verify = patch.verify
        guard patch != verifyAlone else { throw ValidationError("there is nothing to change") }
    }

    func run() throws {
        guard let name = chosen.one, !planning.dryRun else {
            let bulk = Bulk(
                verb: "change", chosen: chosen, common: common, yes: planning.yes, dryRun: planning.dryRun)
            return try bulk.set(patch) {
                patch.changes(of: $0).isEmpty ? Advice("nothing would change") : nil
            }
        }
        let answer = try common.admin.send(.patch, "/v1/apps/\(name)", body: patch.render())
        try common.show(answer, as: AppDocument.self) { StandardOutput.write($0.text) }
        if overlap != nil, !common.json, let open = try? RotationCommand.show(name.description, common) {
            StandardOutput.write("\n\(underWay(open, name))\n")
        }
    }

    /// The effect of a new overlap on the running rotation.
    private func underWay(_ open: RotationDocument, _ name: Name) -> String {
        if open.isEndSet {
            return
                "Zoom revokes the old secret of the running rotation, \(open.id)\(open.oldSecretExpiresAt.map { ", at \($0)" } ?? ""): that cannot be changed"
        }
        if open.endsNow { return "the overlap of the running rotation, \(open.id), has already ended" }
        let end = open.promotedAt.map { ": its overlap ends at \($0 + open.overlap)" } ?? ""
        return "it also applies to the running rotation, \(open.id)\(end)"
            + "; to revoke the old secret at once: "
            + (open.promotedAt == nil ? "keyturn rotate \(name) --now" : "keyturn rotation finish \(open.id)")
    }

    private var patch: AppPatch {
        var patch = AppPatch()
        patch.rotateEvery = rotateEvery?.seconds
        patch.window = window
        patch.timeZone = timezone
        patch.overlap = overlap?.seconds
        patch.accountID = accountId
        patch.clientID = clientId
        patch.marketplaceAppID = marketplaceAppId
        patch.profile = record.profile
        patch.labels = record.labels
        patch.removedLabels = removeLabel
        if noVerify { patch.verify = false }
        return patch
    }
}
