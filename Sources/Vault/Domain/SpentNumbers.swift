package import Domain

/// The generations of apps that are gone. Clients know apps by name: an app that is added again goes on above them.
///
/// The vault's state row has them, which each commit seals: they have a bound. Beyond it the lowest are given up for one
/// number above which every new app begins.
package struct SpentNumbers: Equatable, Sendable {
    static let most = 200

    package private(set) var byName: [Name: Generation] = [:]
    /// The highest of those that are not kept by name.
    package private(set) var others: Generation?

    package init() {}

    /// The first generation of an app of this name.
    package func first(of name: Name) -> Generation { [byName[name], others].compactMap(\.self).max()?.next ?? .first }

    /// No app of this name has a generation up to this one any more.
    package mutating func spend(_ generation: Generation, of name: Name) {
        byName[name] = max(byName[name] ?? generation, generation)
        while byName.count > Self.most, let lowest = byName.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            byName[lowest.key] = nil
            cover(lowest.value)
        }
    }

    mutating func cover(_ generation: Generation) { others = max(others ?? generation, generation) }

    /// There is an app of this name again, which has its own account.
    mutating func forget(_ name: Name) { byName[name] = nil }
}
