package import Domain
package import SocketAPI

/// The apps that a command is for, when it may be for several.
package struct AppSelection: Equatable, Sendable {
    package let pattern: NamePattern?
    /// All must be met.
    package let conditions: [LabelCondition]

    /// - Parameter pattern: `nil` for every name.
    package init(_ pattern: NamePattern? = nil, _ conditions: [LabelCondition] = []) {
        (self.pattern, self.conditions) = (pattern, conditions)
    }

    package func apps(of list: AppList) -> [AppDocument] {
        list.apps.filter { app in
            (pattern?.matches(app.name) ?? true) && conditions.allSatisfy { $0.matches(app.labels) }
        }
    }

    /// For the message that no app is meant.
    package var words: String {
        let labels = conditions.map(\.description).joined(separator: " and ")
        return switch (pattern, conditions.isEmpty) {
        case (nil, true): "there is no app yet"
        case (nil, false): "no app has \(labels)"
        case (let pattern?, true): "no app's name matches '\(pattern)'"
        case (let pattern?, false): "no app's name matches '\(pattern)' and has \(labels)"
        }
    }
}
