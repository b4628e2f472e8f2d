package import Domain

/// The apps that a caller may know of, according to the policies. Some of them may not exist.
package enum VisibleApps: Hashable, Sendable {
    case all
    case some(Set<Name>)

    package static let none = VisibleApps.some([])

    package func contains(_ app: Name) -> Bool {
        switch self {
        case .all: true
        case .some(let names): names.contains(app)
        }
    }
}

extension Catalog {
    /// The existing apps among them, by name. Takes time proportional to their number.
    package func apps(_ visible: VisibleApps) -> [AppEntry] {
        switch visible {
        case .all: apps
        case .some(let names): names.sorted().compactMap(app)
        }
    }
}
