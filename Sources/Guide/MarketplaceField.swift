/// A value that the guide asks for.
package enum MarketplaceField: String, CaseIterable, Sendable {
    case accountID = "account_id"
    case clientID = "client_id"
    case clientSecret = "client_secret"
    case marketplaceAppID = "marketplace_app_id"
    case description, company
    case contactName = "contact_name"
    case contactEmail = "contact_email"
    case features

    /// The field's name in questions and error messages.
    package var words: String {
        switch self {
        case .accountID: "account ID"
        case .clientID: "client ID"
        case .clientSecret: "client secret"
        case .marketplaceAppID: "Marketplace app ID"
        case .description: "short description"
        case .company: "company name"
        case .contactName: "developer contact's name"
        case .contactEmail: "developer contact's e-mail address"
        case .features: "features that are on"
        }
    }

    /// A note that the question adds.
    package var note: String? {
        switch self {
        case .marketplaceAppID: "from the address of the app's page"
        case .clientSecret: "not shown"
        default: nil
        }
    }

    /// Whether Enter alone is an answer.
    package var isOptional: Bool {
        switch self {
        case .accountID, .clientID, .clientSecret: false
        default: true
        }
    }

    /// Whether it is one of Zoom's own values, which are copied and contain no spaces.
    package var isCopied: Bool {
        switch self {
        case .accountID, .clientID, .clientSecret, .marketplaceAppID: true
        default: false
        }
    }

    /// Whether it may be saved in a draft. A secret never is.
    package var isKept: Bool { self != .clientSecret }
}
