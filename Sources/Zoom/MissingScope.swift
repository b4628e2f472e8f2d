package import Domain

/// A required scope that was not granted.
package struct MissingScope: Hashable, Sendable, CustomStringConvertible {
    /// The scope to tick in an app with classic scopes.
    package let classic: String
    /// The scopes still to tick in an app with granular scopes.
    package let granular: [String]

    package var description: String { "\(classic) (granular: \(granular.joined(separator: ", ")))" }
}

extension RequiredScope {
    /// The scopes that an app with the scopes `granted` lacks. Each requirement may be met by either family.
    package static func missing(from granted: [String]) -> [MissingScope] {
        let granted = Set(granted)
        return all.compactMap { required in
            let lacking = required.granular.filter { !granted.contains($0) }
            guard !lacking.isEmpty, !granted.contains(required.classic) else { return nil }
            return MissingScope(classic: required.classic, granular: lacking)
        }
    }
}
