/// A scope that PingFederate's Zoom connector needs: its classic name, and the granular scopes that together allow as much.
/// For the two families of names, see `docs/zoom.md`, "Scopes". [doc]
package struct RequiredScope: Hashable, Sendable {
    package let classic: String
    package let granular: [String]

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

    /// The scope with which a token may change its app's secret. [doc]
    package static let rotation = "marketplace:update:client_secret"
}
