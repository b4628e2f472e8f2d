import FoundationEssentials

/// `POST /v2/marketplace/apps/{appId}/rotate_client_secret`.
extension SandboxState {
    private struct RotationRequest: Decodable {
        var action: String?
        var revokeOldSecretTime: String?
        enum CodingKeys: String, CodingKey {
            case action, revokeOldSecretTime = "revoke_old_secret_time"
        }
    }

    private struct RotationAnswer: Encodable {
        var secretID: String
        var newSecret: String?
        var revokeOldSecretTime: String
    }

    /// The content of a valid request.
    private struct Order {
        enum Action: String { case new, update }
        var action: Action
        /// Nil: now.
        var time: Date?
    }

    /// The longest time for which an old secret may stay valid after the `new` that replaced it: 30 days. [doc]
    static let longestOverlap = 30 * ZoomTime.day

    /// Checks in this order: token, scope, app, missing, action, format, value, throttle. [assumed]
    mutating func rotate(
        _ request: SandboxRequest, marketplaceID: String, at now: Date, entry: inout RequestLog.Entry,
        random: inout some RandomNumberGenerator
    ) -> SandboxResponse {
        do throws(Refusal) {
            var (app, scopes) = try bearer(request, at: now, entry: &entry)
            guard scopes.contains(Scopes.rotation) else {
                throw Refusal(.missingScope(401, code: 201, Scopes.rotation))
            }
            guard app.marketplaceAppID == marketplaceID else {
                throw Refusal(.apiError(404, code: 1401, "App ID does not exist."))
            }
            let order = try read(request.body)
            let answer =
                switch order.action {
                case .new: try makeNew(&app, until: order.time, at: now, random: &random)
                case .update: try move(&app, to: order.time, at: now)
                }
            app.noteScheduleChange(at: now)
            apps.update(app.number) { $0 = app }
            return .json(201, answer)
        } catch {
            return error.response
        }
    }

    private func read(_ body: [UInt8]) throws(Refusal) -> Order {
        guard let request = try? JSONDecoder().decode(RotationRequest.self, from: Data(body)) else {
            throw Refusal(.apiError(400, code: 1500, "The request body cannot be read."))
        }
        guard let action = request.action, !action.isEmpty else { throw .missing("action") }
        guard let text = request.revokeOldSecretTime, !text.isEmpty else { throw .missing("revoke_old_secret_time") }
        guard let action = Order.Action(rawValue: action) else {
            throw Refusal(.apiError(400, code: 1500, "Unknown action."))
        }
        if text == "now" { return Order(action: action, time: nil) }
        guard let time = ZoomTime.parse(text) else {
            throw Refusal(.apiError(400, code: 1500, "Wrong format of revoke_old_secret_time."))
        }
        return Order(action: action, time: time)
    }

    private func makeNew(
        _ app: inout App, until time: Date?, at now: Date, random: inout some RandomNumberGenerator
    ) throws(Refusal) -> RotationAnswer {
        try checkValue(time, from: now, at: now)
        let isPending = app.secrets.retiring(at: now) != nil
        guard !isPending || switches.secondNew != .refuse else {
            throw Refusal(.apiError(400, code: 2001, "A rotation of this client secret is pending."))
        }
        try checkThrottle(app, at: now)
        let secret = newSecret(at: now, random: &random)
        app.secrets.add(secret, oldRevokedAt: time ?? now, at: now, second: switches.secondNew)
        return RotationAnswer(
            secretID: secret.id, newSecret: secret.value, revokeOldSecretTime: ZoomTime.text(time ?? now))
    }

    private func move(_ app: inout App, to time: Date?, at now: Date) throws(Refusal) -> RotationAnswer {
        guard let schedule = app.secrets.schedule(switches.updateMoves, at: now) else {
            throw Refusal(.apiError(404, code: 1401, "Secret ID does not exist."))
        }
        try checkValue(time, from: schedule.begun, at: now)
        try checkThrottle(app, at: now)
        app.secrets.setRevocation(of: schedule.old, to: time ?? now)
        return RotationAnswer(secretID: schedule.new, revokeOldSecretTime: ZoomTime.text(time ?? now))
    }

    /// - Parameter start: when the `new` was made; the 30 days count from there.
    private func checkValue(_ time: Date?, from start: Date, at now: Date) throws(Refusal) {
        guard let time else { return }
        guard time >= now, time.timeIntervalSince(start) <= Self.longestOverlap else {
            let range = time < now ? "is in the past" : "is more than 30 days after the rotation"
            throw Refusal(.apiError(400, code: 2001, "revoke_old_secret_time \(range)."))
        }
    }

    /// A throttle, although its status is 400. [doc] Only changes that were made count. [assumed]
    private func checkThrottle(_ app: App, at now: Date) throws(Refusal) {
        guard app.isThrottled(at: now) else { return }
        let text = "Can only change client secret rotate schedule 3 times in 15 minutes."
        throw Refusal(.apiError(400, code: 2000, "Working on processing your request. \(text)"))
    }

    func newSecret(at now: Date, random: inout some RandomNumberGenerator) -> ClientSecret {
        let delay = Double(switches.newSecretDelaySeconds)
        return ClientSecret(
            id: Identifiers.id(&random), value: Identifiers.secret(&random), created: now,
            worksFrom: delay > 0 ? now.addingTimeInterval(delay) : nil, revoked: nil)
    }
}

extension Refusal {
    fileprivate static func missing(_ name: String) -> Refusal {
        Refusal(.apiError(400, code: 1500, "Missing parameter: \(name)."))
    }
}
