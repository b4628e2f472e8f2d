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
    /// Whether a new secret may still be asked for. Asked right before the request is sent: this process, or the whole machine, may
    /// have stood still since the request was decided.
    let maySend: @Sendable () -> Bool
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

    func mintToken(for app: App, with current: SecretBox) async -> MintOutcome {
        guard app.marketplaceAppID != nil else {
            return .never(
                reason: "the Marketplace app ID is unknown; set it with keyturn app set, or rotate with --manual")
        }
        do throws(ZoomFailure) {
            let endpoints = try app.endpoints()
            let found = try await zoom.rotationToken(
                credentials: app.credentials(current),
                remembered: app.rotationGrant.flatMap { OAuthGrant(rawValue: $0) },
                at: endpoints)
            return .minted(
                CallToken(
                    accessToken: found.token.accessToken,
                    apiURL: (found.token.apiURL ?? endpoints.apiURL).description, grant: found.grant.rawValue,
                    expires: Timestamp(unixSeconds: zoom.now()) + found.token.expiresIn))
        } catch {
            return error.disposition == .permanent
                ? .never(reason: "\(error.reason); \(error.cause.remedy)")
                : .later(retryAfter: error.retryAfter, reason: error.reason)
        }
    }

    func makeSecret(for app: App, revokeAt: Timestamp, with token: CallToken) async -> MakeOutcome {
        let place: (appID: String, api: EndpointURL)
        do throws(ZoomFailure) { place = try app.place(of: token) } catch {
            return MakeOutcome(nothingDone: error, isAsked: false)
        }
        switch await zoom.rotateSecret(
            appID: place.appID, revokeOldAt: revokeAt, token: token.accessToken, api: place.api, maySend: maySend)
        {
        case .answered(let body):
            if app.rotationGrant != token.grant { remember(app, token.grant) }
            return .answered(body)
        case .certainlyNot(let failure):
            // Zoom compares the old secret's expiry with its own clock.
            guard [.refused, .outOfRange].contains(failure.cause), let difference = clock.difference,
                difference.preventsRotation
            else {
                return MakeOutcome(nothingDone: failure, isAsked: failure.mayHaveReachedZoom)
            }
            return .never(
                reason: "\(failure.reason); \(difference.words)",
                isAsked: failure.mayHaveReachedZoom)
        case .unknown(let failure, let partial): return .unknown(reason: failure.reason, partial: partial)
        }
    }

    func read(_ answer: SecretBox) -> IssuedSecret? {
        if case .success(let read) = RotationAnswer.read(answer) {
            return IssuedSecret(read.newSecret, id: read.secretID, revokeAt: read.revokeOldAt)
        }
        return RotationAnswer.salvage(answer).map { IssuedSecret($0) }
    }

    func endOldSecret(of app: App, at time: Timestamp, with token: CallToken) async -> EndOutcome {
        let place: (appID: String, api: EndpointURL)
        do throws(ZoomFailure) { place = try app.place(of: token) } catch {
            return .refused(reason: error.reason, isAsked: false)
        }
        switch await zoom.endOldSecret(appID: place.appID, at: time, token: token.accessToken, api: place.api) {
        case .set(let secretID): return .set(secretID: secretID)
        case .outOfRange(let failure): return .late(reason: failure.reason)
        case .alreadyGone: return .gone
        case .notNow(let failure):
            return .later(
                retryAfter: failure.retryAfter, reason: failure.reason, isAsked: failure.mayHaveReachedZoom)
        case .unknown(let failure): return .unknown(reason: failure.reason)
        case .refused(let failure):
            return .refused(reason: failure.reason, isAsked: failure.mayHaveReachedZoom)
        }
    }
}

extension App {
    /// Where a call with this token goes.
    fileprivate func place(of token: CallToken) throws(ZoomFailure) -> (appID: String, api: EndpointURL) {
        guard let appID = marketplaceAppID else {
            throw ZoomFailure(.permanent, .notTried, detail: "the Marketplace app ID is unknown")
        }
        do { return (appID, try EndpointURL(token.apiURL)) } catch {
            throw ZoomFailure(.permanent, .notTried, detail: "the app's address cannot be used: \(error)")
        }
    }

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
            ? .refused(reason: failure.reason)
            : .later(retryAfter: failure.retryAfter, reason: failure.reason)
    }
}

extension MakeOutcome {
    /// A failure that certainly changed nothing.
    fileprivate init(nothingDone failure: ZoomFailure, isAsked: Bool) {
        self =
            failure.disposition == .permanent
            ? .never(reason: "\(failure.reason); \(failure.cause.remedy)", isAsked: isAsked)
            : .notNow(retryAfter: failure.retryAfter, reason: failure.reason, isAsked: isAsked)
    }
}
