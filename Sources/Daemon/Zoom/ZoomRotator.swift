import Domain
import HTTPTransport
import Health
import Rotation
import SecretMemory
import Vault
import Zoom

/// Zoom as the maker of client secrets: converts between the rotation's types and Zoom's.
struct ZoomRotator: SecretIssuer {
    let zoom: ZoomClient
    let clock: ZoomClock
    /// Called with the grant whose token carried the scope, once a call succeeded with it.
    let remember: @Sendable (App, String) -> Void

    func prove(_ secret: SecretBox, of app: App) async -> Proof {
        do throws(ZoomFailure) {
            _ = try await zoom.mint(app.credentials(secret), at: try app.endpoints())
            return .accepted
        } catch {
            return Proof(error)
        }
    }

    func makeSecret(for app: App, with current: SecretBox, revokeAt: Timestamp) async -> MakeOutcome {
        guard let appID = app.marketplaceAppID else {
            return .never(
                reason: "the Marketplace app ID is unknown; set it with keyturn app set, or rotate with --manual",
                isAsked: false)
        }
        let found: (token: ZoomToken, grant: OAuthGrant)
        let endpoints: ZoomEndpoints
        do throws(ZoomFailure) {
            endpoints = try app.endpoints()
            found = try await zoom.rotationToken(
                credentials: app.credentials(current),
                remembered: app.rotationGrant.flatMap { OAuthGrant(rawValue: $0) },
                at: endpoints)
        } catch {
            return MakeOutcome(nothingDone: error, isAsked: false)
        }
        switch await zoom.rotateSecret(
            appID: appID, revokeOldAt: revokeAt, token: found.token.accessToken,
            api: found.token.apiURL ?? endpoints.apiURL)
        {
        case .answered(let body):
            if app.rotationGrant != found.grant.rawValue { remember(app, found.grant.rawValue) }
            return .answered(body)
        case .certainlyNot(let failure):
            // Zoom compares the old secret's expiry with its own clock.
            guard failure.cause == .refused, let difference = clock.difference else {
                return MakeOutcome(nothingDone: failure, isAsked: failure.mayHaveReachedZoom)
            }
            return .never(
                reason: "\(failure.description); \(difference.words)",
                isAsked: failure.mayHaveReachedZoom)
        case .unknown(let failure, let partial): return .unknown(reason: failure.description, partial: partial)
        }
    }

    func read(_ answer: SecretBox) -> (secret: SecretBox, revokeAt: Timestamp?)? {
        if case .success(let read) = RotationAnswer.read(answer) { return (read.newSecret, read.revokeOldAt) }
        return RotationAnswer.salvage(answer).map { ($0, nil) }
    }

    func endOldSecret(of app: App, with current: SecretBox) async -> EndOutcome {
        guard let appID = app.marketplaceAppID else {
            return .refused(reason: "the Marketplace app ID is unknown", isAsked: false)
        }
        do throws(ZoomFailure) {
            let endpoints = try app.endpoints()
            let found = try await zoom.rotationToken(
                credentials: app.credentials(current),
                remembered: app.rotationGrant.flatMap { OAuthGrant(rawValue: $0) },
                at: endpoints)
            switch await zoom.endOldSecret(
                appID: appID, token: found.token.accessToken, api: found.token.apiURL ?? endpoints.apiURL)
            {
            case .ended, .alreadyGone: return .ended
            case .later(let failure):
                return .later(
                    retryAfter: failure.retryAfter, reason: failure.description, isAsked: failure.mayHaveReachedZoom)
            case .refused(let failure):
                return .refused(reason: failure.description, isAsked: failure.mayHaveReachedZoom)
            }
        } catch {
            // Without a token for it, the request was never sent.
            guard error.disposition != .permanent else { return .refused(reason: error.description, isAsked: false) }
            return .later(retryAfter: error.retryAfter, reason: error.description, isAsked: false)
        }
    }
}

extension App {
    fileprivate func credentials(_ secret: SecretBox) -> ZoomCredentials {
        ZoomCredentials(accountID: accountID, clientID: clientID, clientSecret: secret)
    }

    fileprivate func endpoints() throws(ZoomFailure) -> ZoomEndpoints {
        do { return try environment.endpoints() } catch {
            throw ZoomFailure(.permanent, .notTried, detail: "the app's address cannot be used: \(error)")
        }
    }
}

extension Proof {
    fileprivate init(_ failure: ZoomFailure) {
        self =
            failure.disposition == .permanent
            ? .refused(reason: failure.description)
            : .later(retryAfter: failure.retryAfter, reason: failure.description)
    }
}

extension MakeOutcome {
    /// A failure that certainly changed nothing.
    fileprivate init(nothingDone failure: ZoomFailure, isAsked: Bool) {
        self =
            failure.disposition == .permanent
            ? .never(reason: "\(failure.description); \(failure.cause.remedy)", isAsked: isAsked)
            : .notNow(retryAfter: failure.retryAfter, reason: failure.description, isAsked: isAsked)
    }
}
