package import SecretJSON

/// The app's description and contact, as in the Marketplace. Its members are part of the surrounding document.
package struct ProfileDocument: Equatable, Sendable, MemberList {
    package var description: String?
    package var company: String?
    /// The developer contact.
    package var contactName: String?
    package var contactEmail: String?
    /// The Marketplace's optional features that are enabled.
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
