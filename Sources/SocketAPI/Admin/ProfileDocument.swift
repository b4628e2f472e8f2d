package import SecretJSON

/// What an app is called and who answers for it, as it stands in the Marketplace. Members of the document around it.
package struct ProfileDocument: Equatable, Sendable {
    package static let members = ["description", "company", "contact_name", "contact_email", "features"]

    package var description: String?
    package var company: String?
    /// The developer contact.
    package var contactName: String?
    package var contactEmail: String?
    /// What is switched on of the Marketplace's optional features.
    package var features: String?

    package init() {}

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        description = try document.optionalText("description", of: node)
        company = try document.optionalText("company", of: node)
        contactName = try document.optionalText("contact_name", of: node)
        contactEmail = try document.optionalText("contact_email", of: node)
        features = try document.optionalText("features", of: node)
    }

    /// Each member with its value, in their order.
    package var values: [(name: String, value: String?)] {
        Array(zip(Self.members, [description, company, contactName, contactEmail, features]))
    }
}
