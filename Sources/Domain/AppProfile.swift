/// What the app is called and who answers for it, as it stands in the Marketplace: for people, and for nothing else.
package struct AppProfile: Equatable, Sendable {
    /// The raw values are stored, and members of documents.
    package enum Field: String, CaseIterable, Sendable {
        case description, company
        /// The developer contact.
        case contactName = "contact_name"
        case contactEmail = "contact_email"
        /// Which of the Marketplace's optional features are on.
        case features

        package var words: String {
            switch self {
            case .description: "description"
            case .company: "company"
            case .contactName: "contact's name"
            case .contactEmail: "contact's e-mail address"
            case .features: "list of features"
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
