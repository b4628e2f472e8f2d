/// A scope that an app must have: its classic name, and the granular scopes that together allow as much.
package struct RequiredScope: Hashable, Sendable {
    package let classic: String
    package let granular: [String]
}

/// A required scope that was not granted.
package struct MissingScope: Hashable, Sendable, CustomStringConvertible {
    /// The scope to tick in an app with classic scopes.
    package let classic: String
    /// The scopes still to tick in an app with granular scopes.
    package let granular: [String]

    package var description: String { "\(classic) (granular: \(granular.joined(separator: ", ")))" }
}

/// The scopes that PingFederate's Zoom connector needs. For the two families of names, see `docs/zoom.md`, "Scopes".
/// [doc]
package enum RequiredScopes {
    package static let all = [
        RequiredScope(
            classic: "user:read:admin", granular: ["user:read:user:admin", "user:read:list_users:admin"]),
        RequiredScope(
            classic: "user:write:admin",
            granular: ["user:write:user:admin", "user:update:user:admin", "user:delete:user:admin"]),
        RequiredScope(
            classic: "user:master",
            granular: ["user:read:user:master", "user:read:list_users:master", "user:update:user:master"]),
        RequiredScope(classic: "account:read:admin", granular: ["account:read:settings:admin"]),
        RequiredScope(classic: "account:write:admin", granular: ["account:update:settings:admin"]),
        RequiredScope(
            classic: "account:master",
            granular: ["account:read:list_sub_accounts:master", "account:read:sub_account:master"]),
        RequiredScope(classic: "scim2", granular: ["scim2:admin"]),
    ]

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
