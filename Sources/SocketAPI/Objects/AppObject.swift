package import Domain
package import SecretJSON

/// An app as an operator wants it, without its secret. What is absent has its default. Read strictly.
package struct AppObject: Equatable, Sendable, ListedDocument {
    /// When and how the secret is rotated.
    package struct Rotation: Equatable, Sendable, ListedDocument {
        /// Seconds; `nil` for never.
        package var every: Int?
        package var window = ""
        package var timeZone = "UTC"
        package var overlap = RotationPolicy().overlap
        /// `nil` leaves it as it is: a pause is for the moment, and a file outlives it.
        package var paused: Bool?

        package init() {}

        package static var isStrict: Bool { true }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            every = try members.ifPresent("every", \.every)
            window = try members("window", \.window, omitting: "")
            timeZone = try members("time_zone", \.timeZone, omitting: "UTC")
            overlap = try members("overlap", \.overlap, omitting: RotationPolicy().overlap)
            paused = try members.ifPresent("paused", \.paused)
        }
    }

    package var name: Name
    package var accountID: String
    package var clientID: String
    /// `nil` leaves it as it is.
    package var marketplaceAppID: String?
    /// The commercial one, unless both addresses are given.
    package var environment: ZoomEnvironment.Kind?
    package var tokenURL: String?
    package var apiURL: String?
    package var profile: AppProfile
    package var labels: Labels
    package var rotation: Rotation

    package init(
        name: Name, accountID: String, clientID: String, marketplaceAppID: String?, environment: ZoomEnvironment,
        profile: AppProfile, labels: Labels, rotation: Rotation
    ) {
        (self.name, self.accountID, self.clientID) = (name, accountID, clientID)
        self.marketplaceAppID = marketplaceAppID
        (self.profile, self.labels, self.rotation) = (profile, labels, rotation)
        switch environment {
        case .commercial: break
        case .government: self.environment = .government
        case .custom(let tokenURL, let apiURL): (self.tokenURL, self.apiURL) = (tokenURL, apiURL)
        }
    }

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        name = try members("name", \.name)
        accountID = try members("account_id", \.accountID)
        clientID = try members("client_id", \.clientID)
        marketplaceAppID = try members.ifPresent("marketplace_app_id", \.marketplaceAppID)
        environment = try members.ifPresent("environment", \.environment)
        tokenURL = try members.ifPresent("token_url", \.tokenURL)
        apiURL = try members.ifPresent("api_url", \.apiURL)
        profile = try members.inline(\.profile)
        labels = try members("labels", \.labels, omitting: Labels())
        rotation = try members("rotation", \.rotation, omitting: Rotation())
    }
}

extension AppObject {
    /// As it is written, without its name.
    package var value: ObjectValue {
        ObjectValue(
            of: ObjectMember("account_id", .text(accountID)), ObjectMember("client_id", .text(clientID)),
            ObjectMember("marketplace_app_id", ObjectValue(marketplaceAppID)),
            ObjectMember("environment", ObjectValue(environment?.rawValue)),
            ObjectMember("token_url", ObjectValue(tokenURL)), ObjectMember("api_url", ObjectValue(apiURL)),
            ObjectMember("description", ObjectValue(profile[.description])),
            ObjectMember("company", ObjectValue(profile[.company])),
            ObjectMember("contact_name", ObjectValue(profile[.contactName])),
            ObjectMember("contact_email", ObjectValue(profile[.contactEmail])),
            ObjectMember("features", ObjectValue(profile[.features])),
            ObjectMember("owner", ObjectValue(profile[.owner])),
            ObjectMember(
                "labels",
                .members(labels.all.compactMap { ObjectMember($0.key.description, .text($0.value)) }).ifNotEmpty),
            ObjectMember("rotation", rotation.value.ifNotEmpty))
    }

    /// What differs, one text for each value.
    package func changes(from known: AppObject) -> [String] {
        let usual = Rotation()
        let overlap = DurationText(seconds: usual.overlap)?.description ?? ""
        return ObjectValue.changes(
            from: known.value, to: value,
            defaults: [
                "rotation.time_zone": usual.timeZone, "rotation.overlap": overlap, "rotation.paused": "false",
            ])
    }
}

extension AppObject.Rotation {
    fileprivate var value: ObjectValue {
        let usual = Self()
        return ObjectValue(
            of: ObjectMember("every", ObjectValue(seconds: every)),
            ObjectMember("window", window.isEmpty ? nil : .text(window)),
            ObjectMember("time_zone", timeZone == usual.timeZone ? nil : .text(timeZone)),
            ObjectMember("overlap", overlap == usual.overlap ? nil : ObjectValue(seconds: overlap)),
            ObjectMember("paused", paused.map { .flag($0) }))
    }
}
