/// Names of scopes, and which of them the sandbox's calls require.
package enum Scopes {
    /// Lets a token rotate its app's client secret. [doc]
    package static let rotation = "marketplace:update:client_secret"

    /// A new app's default: the scopes that PingFederate's connector needs, and the rotation scope.
    package static let standard = [
        "user:master", "user:read:admin", "user:write:admin",
        "account:master", "account:read:admin", "account:write:admin", "scim2", rotation,
    ]

    /// Any one of these lets a token list users over SCIM; the first is the one that the refusal names.
    static let scim = ["scim2", "scim2:admin"]
    static let usersSummary = [
        "user:read:admin", "user:master", "user:read:summary:admin", "user:read:user:admin",
        "user:read:list_users:admin",
    ]
}

/// The different sets of scopes that an app has had. Tokens refer to theirs by index, so that a token keeps the scopes
/// it was minted with, whatever happens to the app. Index 0 is the empty set.
struct ScopeSets: Sendable {
    private var sets: [[String]] = [[]]

    /// The index of `scopes`, which are added if they are new.
    mutating func index(of scopes: [String]) -> UInt64 {
        if let known = sets.lastIndex(of: scopes) { return UInt64(known) }
        sets.append(scopes)
        return UInt64(sets.count - 1)
    }

    subscript(index: UInt64) -> [String] { index < UInt64(sets.count) ? sets[Int(index)] : [] }
}
