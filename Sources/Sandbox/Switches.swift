import FoundationEssentials

/// How the sandbox behaves where Zoom's behaviour is unknown or varies, or where a test wants a failure. Each switch is
/// read when it matters, so it can be changed while the sandbox runs.
package struct Switches: Sendable, Equatable, Encodable {
    /// 400 or 401: the status for a wrong client ID or secret. [seen]
    package var badClientStatus = 400
    /// How many seconds a token is valid: 3599 or 3600 at Zoom. [seen]
    package var expiresIn = 3599
    /// `expires_in` is a string, as some gateways write numbers.
    package var expiresInText = false
    /// A byte order mark precedes the JSON of each answer.
    package var byteOrderMark = false
    /// For this many seconds after an app was made or its scopes changed, `scope` is absent and its tokens carry no
    /// scope. [seen]
    package var scopeDelaySeconds = 0
    /// A new token invalidates the app's earlier ones, as before June 2023. [doc]
    package var singleToken = false
    /// A secret made from now on works only after this many seconds. [assumed]
    package var newSecretDelaySeconds = 0
    package var rotationScopeGrant = GrantChoice.client
    /// Other grants are answered with `unsupported_grant_type`.
    package var allowedGrants = GrantChoice.both
    package var secondNew = SecondNew.replace
    package var updateMoves = UpdateMoves.lastNew
    package var uiRegenerate = UIRegenerate.keep30Days
    /// Off: SCIM refuses, as for an account without SSO.
    package var sso = true
    package var apiURL = APIURL.own
    package var tokenThrottle = TokenThrottle.off
    /// The seconds in `Retry-After` of a throttled token endpoint.
    package var tokenThrottleSeconds = 5

    package init() {}
}

/// The grants whose tokens carry something. Zoom's pages contradict each other about the rotation scope.
package enum GrantChoice: String, Choice {
    case client, account, both, none

    func includes(_ grant: Grant) -> Bool {
        switch self {
        case .client: grant == .client
        case .account: grant == .account
        case .both: true
        case .none: false
        }
    }
}

/// What a `new` does while an earlier one is pending. [assumed]
package enum SecondNew: String, Choice {
    /// The secret that the pending `new` made is revoked at once; the one before it stays valid until the new time.
    case replace
    /// The retiring secrets are revoked at once; the one that the pending `new` made stays valid until the new time.
    case revokeOld = "revoke_old"
    /// A third one is added: nothing is revoked earlier than planned.
    case add
    /// Code 2001; nothing changes.
    case refuse
}

/// Which old secret an `update` revokes: it cannot name one, and a new secret may have been made in the Marketplace since
/// the last `new`. [assumed]
package enum UpdateMoves: String, Choice {
    /// The one that the last `new` replaced, the schedule of which "update" changes by Zoom's words.
    case lastNew = "last_new"
    /// The newest one that still works, whoever replaced it.
    case newestOld = "newest_old"
}

/// What becomes of the old secret when a new one is generated in the Marketplace.
package enum UIRegenerate: String, Choice {
    case keep30Days = "keep_30_days"
    case revokeAtOnce = "revoke_at_once"
}

/// Whether the token endpoint answers 429, and the form of its `Retry-After`. [seen]
package enum TokenThrottle: String, Choice {
    case off, seconds
    case httpDate = "http_date"
    case iso8601 = "iso_8601"
    case withoutRetryAfter = "without_retry_after"

    func retryAfter(_ seconds: Int, at now: Date) -> String? {
        let end = now.addingTimeInterval(Double(seconds))
        return switch self {
        case .off, .withoutRetryAfter: nil
        case .seconds: String(seconds)
        case .httpDate: ZoomTime.httpText(end)
        case .iso8601: ZoomTime.text(end)
        }
    }
}

/// The value of `api_url` in a token answer.
package enum APIURL: Sendable, Equatable, Codable {
    /// The sandbox's own address.
    case own
    case absent
    case custom(String)

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        switch text {
        case "self": self = .own
        case "absent": self = .absent
        case _ where text.hasPrefix("http://") || text.hasPrefix("https://"): self = .custom(text)
        default: throw ControlError.badRequest("api_url must be \"self\", \"absent\" or a URL")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .own: try container.encode("self")
        case .absent: try container.encode("absent")
        case .custom(let url): try container.encode(url)
        }
    }
}
