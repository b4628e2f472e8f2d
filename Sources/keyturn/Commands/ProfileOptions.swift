import ArgumentParser
import Domain

/// The app's record besides its credentials.
struct ProfileOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What the app is for, as in the Marketplace.", valueName: "text"))
    var description: String?
    @Option(help: ArgumentHelp("The company of the app.", valueName: "name")) var company: String?
    @Option(help: ArgumentHelp("The developer contact's name.", valueName: "name")) var contactName: String?
    @Option(help: ArgumentHelp("The developer contact's e-mail address.", valueName: "address"))
    var contactEmail: String?
    @Option(help: ArgumentHelp("The optional features that are switched on.", valueName: "list")) var features: String?

    var profile: AppProfile {
        AppProfile([
            .description: description, .company: company, .contactName: contactName, .contactEmail: contactEmail,
            .features: features,
        ])
    }
}
