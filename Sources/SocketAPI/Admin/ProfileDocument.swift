package import SecretJSON

/// What an app is called and who answers for it, as it stands in the Marketplace. Members of the document around it.
package struct ProfileDocument: Equatable, Sendable, MemberList {
    package var description: String?
    package var company: String?
    /// The developer contact.
    package var contactName: String?
    package var contactEmail: String?
    /// Which of the Marketplace's optional features are on.
    package var features: String?

    package init() {}

    package var values: [String?] { [description, company, contactName, contactEmail, features] }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        description = try members.ifPresent("description", \.description)
        company = try members.ifPresent("company", \.company)
        contactName = try members.ifPresent("contact_name", \.contactName)
        contactEmail = try members.ifPresent("contact_email", \.contactEmail)
        features = try members.ifPresent("features", \.features)
    }
}
