/// A scope that an app must have, by its classic name or by the granular ones that together allow as much.
package struct RequiredScope: Hashable, Sendable {
    package let classic: String
    package let granular: [String]
}

/// A required scope that was not granted.
package struct MissingScope: Hashable, Sendable, CustomStringConvertible {
    /// What to tick in an app with classic scopes.
    package let classic: String
    /// What is still to tick in an app with granular scopes.
    package let granular: [String]

    package var description: String { "\(classic) (granular: \(granular.joined(separator: ", ")))" }
}

/// What PingFederate's Zoom connector needs. The two families of names: `docs/zoom.md`, "Scopes". [doc]
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

    /// What an app with these scopes lacks. The families may be mixed from one requirement to the next.
    package static func missing(from granted: [String]) -> [MissingScope] {
        let granted = Set(granted)
        return all.compactMap { required in
            let lacking = required.granular.filter { !granted.contains($0) }
            guard !lacking.isEmpty, !granted.contains(required.classic) else { return nil }
            return MissingScope(classic: required.classic, granular: lacking)
        }
    }
}
