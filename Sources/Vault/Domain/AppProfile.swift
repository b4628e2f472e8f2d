/// The app's description and contact in the Marketplace, for people only.
package struct AppProfile: Equatable, Sendable {
    package var description: String?
    package var company: String?
    /// The developer contact.
    package var contactName: String?
    package var contactEmail: String?
    /// The Marketplace's optional features that are enabled.
    package var features: String?

    package init() {}
}
