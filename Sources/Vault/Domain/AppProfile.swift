/// What the app is called and who answers for it, as it stands in the Marketplace: for people, and for nothing else.
package struct AppProfile: Equatable, Sendable {
    package var description: String?
    package var company: String?
    /// The developer contact.
    package var contactName: String?
    package var contactEmail: String?
    /// What is switched on of the Marketplace's optional features.
    package var features: String?

    package init() {}
}
