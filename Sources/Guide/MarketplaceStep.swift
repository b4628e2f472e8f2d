import SecretJSON

/// A step of creating an app that Keyturn can use, in the order of the Marketplace's own pages.
package enum MarketplaceStep: String, JSONValue, CaseIterable, Sendable {
    case build, name, credentials, information, features, scopes, activation

    package var number: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }

    package var title: String {
        switch self {
        case .build: "build the app"
        case .name: "app name"
        case .credentials: "app credentials"
        case .information: "information"
        case .features: "features"
        case .scopes: "scopes"
        case .activation: "activation"
        }
    }

    /// The tasks of the step. [doc]
    package var tasks: [String] {
        switch self {
        case .build:
            [
                "sign in at https://marketplace.zoom.us as the owner or an admin of the account",
                "open Develop > Build App, choose Server-to-Server OAuth App, and press Create",
            ]
        case .name: ["enter a name that your colleagues will recognise, and press Create"]
        case .credentials:
            ["copy the three values of the page App Credentials, one by one, with its copy buttons"]
        case .information:
            [
                "open Information; enter a short description, the company name, and the name and e-mail address of a"
                    + " developer contact; enter the same here"
            ]
        case .features: ["open Feature; leave everything off that is not needed"]
        case .scopes:
            ["open Scopes > Add Scopes, and tick each of these; with granular scopes, tick those in brackets"]
                + RequiredScope.all.map(\.line)
                + ["and, so that Keyturn can rotate the secret:", "  marketplace:update:client_secret"]
        case .activation: ["open Activation, and press Activate your app"]
        }
    }

    /// Why the step is necessary.
    package var reason: String {
        switch self {
        case .build: "only this type of app gets tokens without a person signing in"
        case .name: "the account's admins see it; the name in Keyturn is separate, and stays on this machine"
        case .credentials: "Keyturn requests tokens with them; the secret goes into the vault and is never shown"
        case .information:
            "Zoom does not activate an app without a company name; Keyturn saves these values with the app"
        case .features: "Keyturn and PingFederate's connector need none; enabled ones are saved with the app"
        case .scopes: "PingFederate's connector needs all seven; only the account's owner can tick those with 'master'"
        case .activation: "until then Zoom refuses every request for a token"
        }
    }

    /// The fields to ask for at this step.
    package var fields: [MarketplaceField] {
        switch self {
        case .build, .name, .scopes, .activation: []
        case .credentials: [.accountID, .clientID, .clientSecret, .marketplaceAppID]
        case .information: [.description, .company, .contactName, .contactEmail]
        case .features: [.features]
        }
    }
}

/// A scope that PingFederate's connector needs, in both of the Marketplace's families of names. [doc]
package struct RequiredScope: Equatable, Sendable {
    package let classic: String
    package let granular: [String]

    package static let all = [
        RequiredScope(classic: "user:read:admin", granular: ["user:read:user:admin", "user:read:list_users:admin"]),
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

    fileprivate var line: String {
        "  " + classic + String(repeating: " ", count: 20 - classic.count) + "[\(granular.joined(separator: ", "))]"
    }
}
