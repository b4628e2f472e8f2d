package import Domain
package import SecretJSON

/// The body of `PATCH /v1/apps/{app}`. Read strictly; absent members stay unchanged.
package struct AppPatch: Equatable, Sendable, ListedDocument {
    /// Seconds from one rotation to the next; 0 for never.
    package var rotateEvery: Int?
    /// In the grammar of windows; empty for any time.
    package var window: String?
    /// An IANA name.
    package var timeZone: String?
    /// In seconds.
    package var overlap: Int?
    package var accountID: String?
    package var clientID: String?
    package var marketplaceAppID: String?
    package var paused: Bool?
    /// An empty text removes the value.
    package var profile = AppProfile()
    /// Each replaces the label with its key.
    package var labels = Labels()
    /// The keys of labels to remove.
    package var removedLabels: [Name] = []
    /// Whether Zoom must accept the secret with new IDs first.
    package var verify: Bool?

    package init() {}

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        rotateEvery = try members.ifPresent("rotate_every", \.rotateEvery)
        window = try members.ifPresent("window", \.window)
        timeZone = try members.ifPresent("time_zone", \.timeZone)
        overlap = try members.ifPresent("overlap", \.overlap)
        accountID = try members.ifPresent("account_id", \.accountID)
        clientID = try members.ifPresent("client_id", \.clientID)
        marketplaceAppID = try members.ifPresent("marketplace_app_id", \.marketplaceAppID)
        paused = try members.ifPresent("paused", \.paused)
        profile = try members.inline(\.profile)
        labels = try members("labels", \.labels, omitting: Labels())
        removedLabels = try members("remove_labels", \.removedLabels, omitting: [])
        verify = try members.ifPresent("verify", \.verify)
    }
}
