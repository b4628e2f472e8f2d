/// What the app is for and who answers for it, at Zoom and here: for people, and for nothing else.
package struct AppProfile: Equatable, Sendable {
    /// The raw values are stored, and members of documents.
    package enum Field: String, CaseIterable, Sendable {
        case description, company
        /// The developer contact.
        case contactName = "contact_name"
        case contactEmail = "contact_email"
        /// Which of the Marketplace's optional features are on.
        case features
        /// Who answers for the app here: a team, a person or an address. The contact is whom Zoom writes to.
        case owner

        package var words: String {
            switch self {
            case .description: "description"
            case .company: "company"
            case .contactName: "contact's name"
            case .contactEmail: "contact's e-mail address"
            case .features: "list of features"
            case .owner: "owner"
            }
        }
    }

    private var values: [Field: String]

    package init(_ values: [Field: String?] = [:]) { self.values = values.compactMapValues(\.self) }

    package subscript(_ field: Field) -> String? {
        get { values[field] }
        set { values[field] = newValue }
    }
}
