import FoundationEssentials

/// `POST /oauth/token` and `POST /oauth/revoke`.
extension SandboxState {
    private struct TokenAnswer: Encodable {
        var accessToken: String
        var tokenType = "bearer"
        var expiresIn: Seconds
        var scope: String?
        var apiURL: String?
    }

    /// A number, or the same number as a string.
    private enum Seconds: Encodable {
        case number(Int), text(Int)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let seconds): try container.encode(seconds)
            case .text(let seconds): try container.encode(String(seconds))
            }
        }
    }

    /// Checks in this order: grant known, Basic pair known, app active, account matches. [assumed]
    mutating func token(_ request: SandboxRequest, at now: Date, entry: inout RequestLog.Entry) -> SandboxResponse {
        let form = request.form
        entry.grant = form["grant_type"].map { String($0.prefix(100)) }
        entry.clientID = request.basic.map { String($0.clientID.prefix(100)) }
        if switches.tokenThrottle != .off { return throttled(at: now) }
        guard let grant = form["grant_type"].flatMap(Grant.init), switches.allowedGrants.includes(grant) else {
            return .oauthError(400, "unsupported_grant_type", reason: "unsupported grant type")
        }
        let app: App
        do { app = try client(request, at: now, entry: &entry) } catch { return error.response }
        guard grant == .client || form["account_id"] == app.accountID else {
            return .oauthError(400, "invalid_request", reason: "Bad Request")
        }
        return mint(app, grant: grant, at: now)
    }

    /// Answers `success` for a token of another app too: what matters is that it is invalid. [assumed]
    mutating func revoke(_ request: SandboxRequest, at now: Date, entry: inout RequestLog.Entry) -> SandboxResponse {
        let number: UInt64
        do { number = try client(request, at: now, entry: &entry).number } catch { return error.response }
        guard let text = request.form["token"] else {
            return .oauthError(400, "invalid_request", reason: "Bad Request")
        }
        if let token = Token(text: text, key: tokenKey), token.app == number {
            apps.update(number) { $0.revoke(token, at: now.seconds) }
        }
        return .json(200, ["status": "success"])
    }

    private mutating func mint(_ app: App, grant: Grant, at now: Date) -> SandboxResponse {
        let isSettled = now.timeIntervalSince(app.scopesChanged) >= Double(switches.scopeDelaySeconds)
        let carriesRotation = switches.rotationScopeGrant.includes(grant)
        let scopes = isSettled ? app.scopes.filter { $0 != Scopes.rotation || carriesRotation } : []
        lastToken += 1
        let (serial, expires) = (lastToken, now.seconds + switches.expiresIn)
        let token = apps.update(app.number) {
            $0.mint(grant: grant, scopes: scopes, expires: expires, serial: serial)
        }
        guard let token else { return .oauthError(500, "server_error", reason: "the app is gone") }
        let apiURL: String? =
            switch switches.apiURL {
            case .own: address
            case .absent: nil
            case .custom(let url): url
            }
        return .json(
            200,
            TokenAnswer(
                accessToken: token.text(key: tokenKey),
                expiresIn: switches.expiresInText ? .text(switches.expiresIn) : .number(switches.expiresIn),
                scope: isSettled ? scopes.joined(separator: " ") : nil, apiURL: apiURL))
    }

    /// The active app whose client ID and working secret the request carries.
    private func client(
        _ request: SandboxRequest, at now: Date, entry: inout RequestLog.Entry
    ) throws(Refusal) -> App {
        let basic = request.basic
        entry.clientID = basic.map { String($0.clientID.prefix(100)) }
        let app = basic.flatMap { apps.find(clientID: $0.clientID) }
        let secret = basic.flatMap { app?.secrets.find($0.secret) }
        entry.secretID = secret?.id
        guard let app, let secret, secret.isAccepted(at: now) else {
            let status = switches.badClientStatus
            throw Refusal(.oauthError(status, "invalid_client", reason: "Invalid client_id or client_secret"))
        }
        // The status is [assumed]; the text, which alone distinguishes this from a wrong secret, is [seen].
        guard app.active else {
            let reason = "The app has been disabled by the developer"
            throw Refusal(.oauthError(400, "invalid_client", reason: reason))
        }
        return app
    }

    /// The real body is unknown. [assumed]
    private func throttled(at now: Date) -> SandboxResponse {
        var response = SandboxResponse.apiError(429, code: 429, "You have reached the maximum per-second rate limit.")
        let retryAfter = switches.tokenThrottle.retryAfter(switches.tokenThrottleSeconds, at: now)
        if let retryAfter { response.headers.append(("Retry-After", retryAfter)) }
        return response
    }
}

/// An answer that ends the handling of a request early.
struct Refusal: Error {
    var response: SandboxResponse
    init(_ response: SandboxResponse) { self.response = response }
}

extension Date {
    /// Whole seconds since 1970, rounded down.
    var seconds: Int { Int(timeIntervalSince1970.rounded(.down)) }
}
