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
    package var accountID: String?
    package var clientID: String?
    package var marketplaceAppID: String?
    package var paused: Bool?
    /// An empty text takes what was there away.
    package var profile = ProfileDocument()
    /// Whether Zoom must accept the secret with other IDs first.
    package var verify: Bool?

    package init() {}

    package func writeMembers(to json: inout JSONWriter) {
        if let rotateEvery { json.member("rotate_every", rotateEvery) }
        if let window { json.member("window", window) }
        if let timeZone { json.member("time_zone", timeZone) }
        if let overlap { json.member("overlap", overlap) }
        if let accountID { json.member("account_id", accountID) }
        if let clientID { json.member("client_id", clientID) }
        if let marketplaceAppID { json.member("marketplace_app_id", marketplaceAppID) }
        if let paused { json.member("paused", paused) }
        for case (let name, let value?) in profile.values { json.member(named: name, value) }
        if let verify { json.member("verify", verify) }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "rotate_every", "window", "time_zone", "overlap", "account_id", "client_id", "marketplace_app_id",
                "paused", "verify",
            ] + ProfileDocument.members, of: node)
        rotateEvery = try document.optionalNumber("rotate_every", of: node)
        window = try document.optionalText("window", of: node)
        timeZone = try document.optionalText("time_zone", of: node)
        overlap = try document.optionalNumber("overlap", of: node)
        accountID = try document.optionalText("account_id", of: node)
        clientID = try document.optionalText("client_id", of: node)
        marketplaceAppID = try document.optionalText("marketplace_app_id", of: node)
        paused = try document.optionalFlag("paused", of: node)
        profile = try ProfileDocument(node, in: document)
        verify = try document.optionalFlag("verify", of: node)
    }
}
