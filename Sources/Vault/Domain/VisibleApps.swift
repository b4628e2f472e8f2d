package import Domain

/// The apps that a caller may learn of, as the rules say: some of them may not be there.
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
    /// The apps that are there and may be seen, by name. Costs as much as there are of these.
    package func apps(_ visible: VisibleApps) -> [AppEntry] {
        switch visible {
        case .all: apps
        case .some(let names): names.sorted().compactMap(app)
        }
    }
}
