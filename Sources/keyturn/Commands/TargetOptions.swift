import ArgumentParser
import Domain
import SocketAPI

/// How a target is pushed to and monitored.
struct TargetOptions: ParsableArguments {
    @Option(help: ArgumentHelp("on-save, full or none.", valueName: "how")) var replicate: ReplicationMode?
    @Option(help: ArgumentHelp("The time from a push until the engines use it.", valueName: "duration"))
    var settle: DurationText?
    @Option(parsing: .unconditional, help: ArgumentHelp("The setting for the account ID.", valueName: "name"))
    var accountIdField: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("The setting for the client ID.", valueName: "name"))
    var clientIdField: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("The setting for the client secret.", valueName: "name"))
    var clientSecretField: String?
    @Flag(
        inversion: .prefixedNo,
        help: "Have PingFederate save without testing the credentials at Zoom; for a console that cannot reach Zoom.")
    var bypassExternalValidation: Bool?
    @Flag(inversion: .prefixedNo, help: "Push the current secret again when it was changed outside.")
    var restoreDrift: Bool?
    @Option(help: ArgumentHelp("PingFederate's provisioner-audit.log, to be read.", valueName: "path"))
    var provisionerLog: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("Only this channel's events in it.", valueName: "id"))
    var provisionerChannel: String?

    var fields: TargetFields {
        TargetFields(accountID: accountIdField, clientID: clientIdField, clientSecret: clientSecretField)
    }
}

extension ReplicationMode: ExpressibleByArgument {}
