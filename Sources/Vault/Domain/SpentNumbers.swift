package import Domain

/// The generations of removed apps. Clients identify apps by name, so an app that is added again continues above them.
///
/// They are in the vault's state row, which each commit seals, so their number is bounded. Beyond it, the lowest are
/// merged into one number, above which every new app starts.
package struct SpentNumbers: Equatable, Sendable {
    static let most = 200

    package private(set) var byName: [Name: Generation] = [:]
    /// The highest number of those without a name.
    package private(set) var others: Generation?

    package init() {}

    /// The first generation of an app of this name.
    package func first(of name: Name) -> Generation { [byName[name], others].compactMap(\.self).max()?.next ?? .first }

    /// No app with this name may use a generation up to this one again.
    package mutating func spend(_ generation: Generation, of name: Name) {
        byName[name] = max(byName[name] ?? generation, generation)
        while byName.count > Self.most, let lowest = byName.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            byName[lowest.key] = nil
            cover(lowest.value)
        }
    }

    mutating func cover(_ generation: Generation) { others = max(others ?? generation, generation) }

    /// Removes the entry of a name that is in use again; its app keeps its own record.
    mutating func forget(_ name: Name) { byName[name] = nil }
}
