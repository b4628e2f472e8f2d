import Domain
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
                + ["and, so that Keyturn can rotate the secret:", "  \(RequiredScope.rotation)"]
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

extension RequiredScope {
    fileprivate var line: String {
        "  " + classic + String(repeating: " ", count: 20 - classic.count) + "[\(granular.joined(separator: ", "))]"
    }
}
