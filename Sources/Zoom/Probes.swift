import HTTPTransport
import SecretJSON

/// The result of listing one user over SCIM. It shows that PingFederate's own calls will work.
package struct SCIMProbe: Equatable, Sendable {
    /// The number of users.
    package let totalResults: Int
    package let trackingID: String?

    init(reading response: HTTPResponse, trackingID: String?) throws(UnusableAnswer) {
        let json = try response.json(limit: HTTPLimits().body)
        do { totalResults = try json.integer(json.require("totalResults", of: json.root)) } catch {
            throw UnusableAnswer(error.description)
        }
        self.trackingID = trackingID
    }
}

/// The number of users in an account. Contains no personal data. [doc]
package struct UsersSummary: Equatable, Sendable {
    package let total: Int?
    package let licensed: Int?
    package let trackingID: String?

    init(reading response: HTTPResponse, trackingID: String?) throws(UnusableAnswer) {
        let json = try response.json(limit: HTTPLimits().body)
        total = json.member("total_users_count", of: json.root).flatMap { try? json.integer($0) }
        licensed = json.member("licensed_users_count", of: json.root).flatMap { try? json.integer($0) }
        self.trackingID = trackingID
    }
}
