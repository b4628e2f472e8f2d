import ArgumentParser
import Domain

/// The app's record and labels.
struct ProfileOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What the app is for, as in the Marketplace.", valueName: "text"))
    var description: String?
    @Option(help: ArgumentHelp("The company of the app.", valueName: "name")) var company: String?
    @Option(help: ArgumentHelp("The developer contact's name.", valueName: "name")) var contactName: String?
    @Option(help: ArgumentHelp("The developer contact's e-mail address.", valueName: "address"))
    var contactEmail: String?
    @Option(help: ArgumentHelp("The optional features that are switched on.", valueName: "list")) var features: String?
    @Option(help: ArgumentHelp("Who answers for the app here: a name or an address.", valueName: "who"))
    var owner: String?
    @Option(help: ArgumentHelp("A label for the app; repeatable.", valueName: "key=value")) var label: [Label] = []

    func validate() throws {
        var keys = Set<Name>()
        for label in label where !keys.insert(label.key).inserted {
            throw ValidationError("--label gives '\(label.key)' two values")
        }
        guard label.count <= Labels.most else { throw ValidationError("an app has at most \(Labels.most) labels") }
    }

    var labels: Labels { Labels(label) ?? Labels() }

    var profile: AppProfile {
        AppProfile([
            .description: description, .company: company, .contactName: contactName, .contactEmail: contactEmail,
            .features: features, .owner: owner,
        ])
    }
}

extension Label: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension LabelCondition: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
