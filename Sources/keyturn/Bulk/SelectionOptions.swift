import ArgumentParser
import Domain
import SocketAPI
import Terminal

/// The apps that a command is for: one by its name, or several by a pattern, by labels, or all.
struct SelectionOptions: ParsableArguments {
    @Argument(help: "The app, or a pattern such as 'zoom-*' for several.", completion: .apps) var name: NamePattern?
    @Option(
        help: ArgumentHelp(
            "Every app with this label, or with any value of this key; repeatable, all must match.",
            valueName: "key[=value]"))
    var label: [LabelCondition] = []
    @Flag(help: "Every app.") var all = false

    var chosen: ChosenApps { ChosenApps(name, label, all) }
}

/// One app, or a selection of several.
struct ChosenApps {
    private let pattern: NamePattern?
    private let conditions: [LabelCondition]
    private let all: Bool

    init(_ pattern: NamePattern?, _ conditions: [LabelCondition], _ all: Bool) {
        (self.pattern, self.conditions, self.all) = (pattern, conditions, all)
    }

    var isGiven: Bool { pattern != nil || !conditions.isEmpty || all }

    func validate() throws {
        guard isGiven else { throw ValidationError("no app is named: give a name, a pattern, a label or --all") }
        guard !all || (pattern == nil && conditions.isEmpty) else {
            throw ValidationError("--all cannot be combined with a name or a label")
        }
    }

    /// The app, where one is named.
    var one: Name? { conditions.isEmpty ? pattern?.name : nil }

    var selection: AppSelection { AppSelection(pattern, conditions) }
}

/// The options of a command that shows a plan for several apps first.
struct PlanOptions: ParsableArguments {
    @Flag(help: "For several apps: do not ask.") var yes = false
    @Flag(help: "Show which apps are meant and what would be done; change nothing.") var dryRun = false
}

extension NamePattern: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
