package import SecretJSON

/// The body of `PATCH /v1/apps/{app}`: what is to change. Read strictly; what is absent stays.
package struct AppPatch: Equatable, Sendable, WireDocument {
    /// Seconds from one secret to the next; 0 for never.
    package var rotateEvery: Int?
    /// In the grammar of windows; empty for any time.
    package var window: String?
    /// An IANA name.
    package var timeZone: String?
    /// Seconds.
    package var overlap: Int?
    package var marketplaceAppID: String?
    package var paused: Bool?

    package init() {}

    package func writeMembers(to json: inout JSONWriter) {
        if let rotateEvery { json.member("rotate_every", rotateEvery) }
        if let window { json.member("window", window) }
        if let timeZone { json.member("time_zone", timeZone) }
        if let overlap { json.member("overlap", overlap) }
        if let marketplaceAppID { json.member("marketplace_app_id", marketplaceAppID) }
        if let paused { json.member("paused", paused) }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            ["rotate_every", "window", "time_zone", "overlap", "marketplace_app_id", "paused"], of: node)
        rotateEvery = try document.optionalNumber("rotate_every", of: node)
        window = try document.optionalText("window", of: node)
        timeZone = try document.optionalText("time_zone", of: node)
        overlap = try document.optionalNumber("overlap", of: node)
        marketplaceAppID = try document.optionalText("marketplace_app_id", of: node)
        paused = try document.optionalFlag("paused", of: node)
    }
}
