package import FoundationEssentials

/// The whole sandbox without its socket: takes a request, returns an answer. Time and randomness are parameters.
package struct SandboxState: Sendable {
    package var apps = AppRegistry()
    package var switches = Switches()
    package var faults = FaultQueue()
    package var log = RequestLog()
    package var clock = SandboxClock()
    /// The sandbox's address, for `api_url`, without a slash at the end.
    package var address = "http://127.0.0.1"

    /// Tokens of another sandbox, or of this one before a restart, are not accepted.
    let tokenKey: UInt64
    var lastToken: UInt64 = 0

    package init(random: inout some RandomNumberGenerator) { tokenKey = random.next() }

    /// - Parameter real: the real time; ``clock`` turns it into the sandbox's time.
    package mutating func handle(
        _ request: SandboxRequest, at real: Date, random: inout some RandomNumberGenerator
    ) -> SandboxResponse {
        if request.segments.first == "_sandbox" { return control(request, at: real, random: &random) }
        let now = clock.now(at: real)
        let path = request.path
        var entry = RequestLog.Entry(
            time: now, method: String(request.method.prefix(20)), path: String(path.prefix(200)),
            trackingID: Identifiers.trackingID(&random))
        let endpoint = Endpoint(request)
        let fault = faults.take(method: request.method, path: path)
        entry.fault = fault?.kind
        entry.processed = fault?.kind.isProcessed ?? true

        var response: SandboxResponse
        if entry.processed {
            response = answer(endpoint, request, at: now, entry: &entry, random: &random)
            if switches.byteOrderMark { response.body = [0xEF, 0xBB, 0xBF] + response.body }
            if let fault { response = fault.spoil(response) }
        } else {
            response = fault?.answer() ?? .apiError(500, code: 500, "a fault of the sandbox")
        }
        response.headers.append(("x-zm-trackingid", entry.trackingID))
        entry.outcome =
            switch response.delivery {
            case .whole: .answered
            case .truncated: .truncated
            case .dropped: .dropped
            case .hung: .hung
            }
        let isDecided = entry.processed || response.delivery == .whole
        entry.status = isDecided ? response.status : nil
        log.append(&entry, endpoint: endpoint.label)
        response.entry = entry
        return response
    }

    private mutating func answer(
        _ endpoint: Endpoint, _ request: SandboxRequest, at now: Date, entry: inout RequestLog.Entry,
        random: inout some RandomNumberGenerator
    ) -> SandboxResponse {
        if let method = endpoint.method, method != request.method {
            return .apiError(405, code: 405, "Request method '\(entry.method)' is not supported.")
        }
        switch endpoint {
        case .token: return token(request, at: now, entry: &entry)
        case .revoke: return revoke(request, at: now, entry: &entry)
        case .rotate(let appID):
            return rotate(request, marketplaceID: appID, at: now, entry: &entry, random: &random)
        case .scimUsers: return scimUsers(request, at: now, entry: &entry)
        case .usersSummary: return usersSummary(request, at: now, entry: &entry)
        case .unknown: return .apiError(404, code: 404, "No such endpoint.")
        }
    }
}

/// The endpoints of Zoom that the sandbox has.
enum Endpoint: Equatable {
    case token, revoke, scimUsers, usersSummary, unknown
    case rotate(marketplaceID: String)

    init(_ request: SandboxRequest) {
        let segments = request.segments
        switch segments {
        case ["oauth", "token"]: self = .token
        case ["oauth", "revoke"]: self = .revoke
        case ["scim2", "Users"]: self = .scimUsers
        case ["v2", "users", "summary"]: self = .usersSummary
        case _
        where segments.count == 5 && segments[4] == "rotate_client_secret"
            && segments[..<3] == ["v2", "marketplace", "apps"]:
            self = .rotate(marketplaceID: segments[3])
        default: self = .unknown
        }
    }

    var method: String? {
        switch self {
        case .token, .revoke, .rotate: "POST"
        case .scimUsers, .usersSummary: "GET"
        case .unknown: nil
        }
    }

    /// The endpoint's name in the counters: there are few, whatever paths are requested.
    var label: String {
        switch self {
        case .token: "/oauth/token"
        case .revoke: "/oauth/revoke"
        case .rotate: "/v2/marketplace/apps/{appId}/rotate_client_secret"
        case .scimUsers: "/scim2/Users"
        case .usersSummary: "/v2/users/summary"
        case .unknown: "other"
        }
    }
}
