import ArgumentParser
import Domain
import SecretMemory
import SocketAPI
import Terminal

struct PingFederateAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pingfederate", abstract: "Add a PingFederate connection that provisions Zoom users.",
        discussion: """
            The login at the console is a user, an OAuth client or a client certificate. The console's certificate is
            trusted by the system's CAs, a CA file, or its own SHA-256. Missing values are asked for on the terminal,
            again if one is refused; secrets never come from an argument. Nothing is changed there until the next
            rotation or target push.

            Example: keyturn target add pingfederate console --app zoom-prod --admin-url https://console:9999 --user keyturn
            """)

    @Argument(help: "The target's name in Keyturn: \(Name.grammar).") var name: Name
    @Option(help: ArgumentHelp("The app whose credentials are pushed.", valueName: "app"), completion: .apps)
    var app: Name?
    @OptionGroup var access: ConsoleOptions
    @OptionGroup var options: TargetOptions
    @Flag(help: "Store the target without contacting the console; give all three settings.") var noVerify =
        false
    @OptionGroup var common: CommonOptions

    func validate() throws { try access.validateWhole() }

    func run() throws {
        var guide = TargetGuide(common: common)
        let app = try app ?? guide.app()
        var console = try guide.draft(access)
        let connection = try access.connection ?? guide.connection(&console)
        var fields = options.fields
        if access.connection == nil { fields = try guide.fields(&console, connection, fields) }
        let answer = try guide.loggingIn(&console) { console in
            let draft = TargetDraft(
                name: name, app: app, console: console, connection: connection, fields: fields,
                replicate: options.replicate, settle: options.settle?.seconds,
                bypassesExternalValidation: options.bypassExternalValidation ?? false,
                restoresDrift: options.restoreDrift ?? false, provisionerLog: options.provisionerLog,
                provisionerChannel: options.provisionerChannel, verify: !noVerify)
            return try guide.insisting {
                try common.admin.send(.post, "/v1/targets", body: draft.render(), within: .seconds(300))
            }
        }
        try common.show(answer, as: TriedTarget.self) { added in
            StandardOutput.write("stored \(added.target.name); nothing was changed at the console\n")
            StandardOutput.write(added.verification.text)
            StandardOutput.write("  try: keyturn target push \(added.target.name), or wait for the next rotation\n")
        }
    }
}
