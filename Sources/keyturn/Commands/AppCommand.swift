import ArgumentParser
import Domain
import Glibc
import SecretMemory
import SocketAPI
import Terminal

struct AppCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app", abstract: "Manage the Zoom apps in the vault.",
        discussion: "Example: keyturn app list",
        subcommands: [AppAdd.self, AppListCommand.self, AppShow.self, AppSet.self, AppVerify.self, AppRemove.self])
}

struct AppListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List apps.",
        discussion: """
            Example: keyturn app list
            Example: keyturn app list --label env=prod
            """)

    @Option(
        help: ArgumentHelp(
            "Only apps with this label, or with any value of this key; repeatable, all must match.",
            valueName: "key[=value]"))
    var label: [LabelCondition] = []
    @OptionGroup var common: CommonOptions

    func run() throws {
        let answer = try common.admin.send(.get, "/v1/apps")
        guard !label.isEmpty else { return try common.show(answer, as: AppList.self) { $0.write() } }
        let all: AppList = try answer.document()
        let list = AppList(apps: all.apps.filter { app in label.allSatisfy { $0.matches(app.labels) } })
        guard !common.json else {
            return StandardOutput.write(document: list)
        }
        guard list.apps.isEmpty, !all.apps.isEmpty else { return list.write() }
        StandardOutput.write("no app has \(label.map(\.description).joined(separator: " and "))\n")
    }
}

extension AppList {
    fileprivate func write() {
        guard !apps.isEmpty else {
            return StandardOutput.write("no apps yet\n  try: keyturn app add NAME\n")
        }
        let isLabelled = apps.contains { !$0.labels.isEmpty }
        var table = TextTable(
            ["APP", "GENERATION", "ENVIRONMENT", "SECRET SINCE", "CLIENT ID"] + (isLabelled ? ["LABELS"] : []))
        for app in apps {
            table.add(
                cells: [
                    "\(app.name)", "\(app.generation)", "\(app.environment.rawValue)", "\(app.secretCreatedAt)",
                    "\(app.clientID)",
                ] + (isLabelled ? ["\(app.labels.text)"] : []))
        }
        StandardOutput.write(table.fitted)
    }
}

extension Labels {
    var text: String { all.map(\.description).joined(separator: ",") }
}

struct AppShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show an app, without its secret.",
        discussion: "Example: keyturn app show zoom-prod"
    )

    @Argument(completion: .apps) var name: Name
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/apps/\(name)"), as: AppDocument.self) {
            StandardOutput.write($0.text)
        }
    }
}

struct AppRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an app and its secret.",
        discussion: """
            Refused during a rotation in which Zoom may have made a new secret: its only copy would be lost.

            Example: keyturn app remove zoom-old
            """)

    @Argument(completion: .apps) var name: Name
    @Flag(help: "Do not ask.") var yes = false
    @Flag(help: "Also during a rotation; a new secret may be lost.") var force = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let rotation = force ? ", and of a new one if Zoom has made one," : ""
        try common.confirm(
            "remove the app '\(name)' and the only copy of its secret\(rotation) that Keyturn has?",
            about: "/v1/apps/\(name)", yes: yes)
        let path: RequestPath = force ? "/v1/apps/\(name)?force=true" : "/v1/apps/\(name)"
        try common.show(try common.admin.send(.delete, path), done: "removed \(name)")
        if !common.json { warnOfGrants() }
    }

    /// Grants refer to apps by name, and outlive the app.
    private func warnOfGrants() {
        guard let answer = try? common.admin.send(.get, "/v1/clients"),
            let list: ClientList = try? answer.document()
        else { return }
        for client in list.clients where client.allow.contains(where: { $0.target == .app(name) }) {
            complain(
                "keyturn: client '\(client.name)' is still granted '\(name)', and would be granted an app that is added under that name"
            )
        }
    }
}

extension AppDocument {
    var text: String {
        var table = TextTable()
        table.add("app", name.description)
        table.add("generation", String(generation))
        table.add("account ID", accountID)
        table.add("client ID", clientID)
        table.add(
            "client secret",
            "\(counted(secretLength, "character")), fingerprint \(secretFingerprint), since \(secretCreatedAt)")
        table.add("Marketplace app ID", marketplaceAppID ?? "unknown; rotation through Zoom's API needs it")
        for field in AppProfile.Field.allCases {
            if let value = profile[field] { table.add(field.words, value) }
        }
        if !labels.isEmpty { table.add("labels", labels.text) }
        table.add("environment", environment.rawValue)
        table.add("token URL", tokenURL)
        table.add("API URL", apiURL)
        table.add("rotated", policy.text)
        table.add("added", createdAt.description)
        return table.fitted + warnings.map { "warning: \($0)\n" }.joined()
    }
}

extension PolicyDocument {
    var text: String {
        guard let every = policy.every else { return "only on request" }
        var text = "every \(DurationText(seconds: every).map(\.description) ?? "")"
        if !policy.windows.isEmpty { text += ", \(policy.windows) \(policy.timeZone)" }
        if policy.isPaused { return text + ", paused" }
        return text + (nextAt.map { ", next \($0)" } ?? "")
    }
}

extension CheckResults {
    var text: String { CheckText.text(checks, passed: "ok", width: Screen.width(of: STDOUT_FILENO)) }
}
