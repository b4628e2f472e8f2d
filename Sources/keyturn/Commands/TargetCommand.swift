import ArgumentParser
import Domain
import SecretMemory
import SocketAPI
import Terminal

struct TargetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "target", abstract: "Manage the systems that credentials are pushed to.",
        discussion: "Example: keyturn target list",
        subcommands: [
            TargetAdd.self, TargetListCommand.self, TargetShow.self, TargetSet.self, TargetTest.self,
            TargetDiscover.self,
            TargetPush.self, TargetAccept.self, TargetRemove.self,
        ])
}

struct TargetAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a target that an app's credentials are pushed to.",
        discussion: "Example: keyturn target add pingfederate console --app zoom-prod --admin-url https://console:9999",
        subcommands: [PingFederateAdd.self])
}

struct TargetListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List targets and their state.", discussion: "Example: keyturn target list")

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/targets"), as: TargetList.self) { list in
            guard !list.targets.isEmpty else {
                StandardOutput.write(
                    "no targets yet: clients fetch\n  try: keyturn target add pingfederate NAME --app APP\n")
                return
            }
            var table = TextTable(["TARGET", "APP", "CONNECTION", "HAS", "STATE", ""])
            for target in list.targets {
                table.add(
                    target.name.description, target.app.description, target.connection,
                    target.generation.map { "generation \($0)" } ?? "-", target.state.rawValue, target.remark)
            }
            StandardOutput.write(table.fitted)
        }
    }
}

struct TargetShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a target, without its password or key.",
        discussion: "Example: keyturn target show console")

    @Argument(completion: .targets) var name: Name
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/targets/\(name)"), as: TargetDocument.self) {
            StandardOutput.write($0.text)
        }
    }
}

struct TargetTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Test a target against the live console; changes nothing.",
        discussion: "Exits with 79 if a check failed.\n\nExample: keyturn target test console")

    @Argument(completion: .targets) var name: Name
    @OptionGroup var common: CommonOptions

    func run() throws {
        let answer = try common.admin.send(.post, "/v1/targets/\(name)/test", within: .seconds(180))
        var failed = false
        if answer.problem == nil { failed = try !CheckResults(parsing: answer.body.copy()).passed }
        try common.show(answer, as: CheckResults.self) { StandardOutput.write($0.text) }
        if failed { throw CommandFailure(.upstreamFailed, nil) }
    }
}

struct TargetPush: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Push the current credentials now, overwriting what is there.",
        discussion: "Example: keyturn target push console")

    @Argument(completion: .targets) var name: Name
    @OptionGroup var common: CommonOptions

    func run() throws {
        let answer = try common.admin.send(.post, "/v1/targets/\(name)/push", within: .seconds(300))
        try common.show(answer, as: TargetDocument.self) { StandardOutput.write($0.text) }
    }
}

struct TargetAccept: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Accept an outside change (drift) as the new state.",
        discussion:
            "Nothing is pushed or compared: the change is just no longer reported. If the console has an old secret, it will be revoked while in use, without a report: in doubt, use keyturn target push.\n\nExample: keyturn target accept console"
    )

    @Argument(completion: .targets) var name: Name
    @Flag(help: "Do not ask.") var yes = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.confirm(
            "accept what '\(name)' has as the current secret? if it is an old one, provisioning fails when that is revoked",
            about: "/v1/targets/\(name)", yes: yes)
        let answer = try common.admin.send(.post, "/v1/targets/\(name)/accept", within: .seconds(120))
        try common.show(answer, as: TargetDocument.self) { StandardOutput.write($0.text) }
    }
}

struct TargetRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a target; the credentials there stay.",
        discussion: "Example: keyturn target remove console")

    @Argument(completion: .targets) var name: Name
    @Flag(help: "Do not ask.") var yes = false
    @Flag(help: "Also while a rotation waits for it; the secret there is then revoked.") var force = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.confirm(
            "stop pushing to '\(name)'? the next rotation revokes the secret that it has",
            about: "/v1/targets/\(name)", yes: yes)
        let path: RequestPath = force ? "/v1/targets/\(name)?force=true" : "/v1/targets/\(name)"
        try common.show(try common.admin.send(.delete, path), done: "removed \(name)")
    }
}
