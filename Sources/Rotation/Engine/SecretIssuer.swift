package import Domain
package import SecretMemory
package import Vault

/// Says whether a secret works: Zoom, or a stand-in. Each call is one attempt, without retries.
package protocol SecretProver: Sendable {
    /// Whether this secret yields a token, which is the only proof that it works.
    func prove(_ secret: SecretBox, of app: App) async -> Proof
}

/// Makes client secrets: Zoom, or a stand-in. Each call is one attempt, without retries.
package protocol SecretIssuer: SecretProver {
    /// Mints a token for one change of the app's secrets. The calls that make changes cannot mint.
    func mintToken(for app: App, with current: SecretBox) async -> MintOutcome

    /// Requests a new secret; the old one expires at `revokeAt`.
    func makeSecret(for app: App, revokeAt: Timestamp, with token: CallToken) async -> MakeOutcome

    /// Reads the new secret from an answer, which may be truncated.
    func read(_ answer: SecretBox) -> IssuedSecret?

    /// Has Zoom revoke the old secret at a time ahead.
    func endOldSecret(of app: App, at time: Timestamp, with token: CallToken) async -> EndOutcome
}

/// A new secret, as Zoom's answer shows it.
package struct IssuedSecret: Sendable {
    package let secret: SecretBox
    /// `nil` if the answer does not contain it.
    package let id: String?
    /// When the old secret expires; `nil` if the answer does not contain it.
    package let revokeAt: Timestamp?

    package init(_ secret: SecretBox, id: String? = nil, revokeAt: Timestamp? = nil) {
        self.secret = secret
        self.id = id
        self.revokeAt = revokeAt
    }
}

package enum Proof: Sendable {
    case accepted
    case refused(reason: FailureReason)
    case later(retryAfter: Int?, reason: FailureReason)
}

package enum MintOutcome: Sendable {
    case minted(CallToken)
    case later(retryAfter: Int?, reason: FailureReason)
    /// Another attempt would not help.
    case never(reason: FailureReason)
}

package enum MakeOutcome: Sendable {
    /// Zoom's answer, byte for byte, not read yet.
    case answered(SecretBox)
    /// Nothing was changed, and another attempt may be made. `isAsked` says whether the request may have reached Zoom,
    /// which then counts it; it is `false` only where it certainly did not.
    case notNow(retryAfter: Int?, reason: FailureReason, isAsked: Bool = true)
    /// Nothing was changed, and another attempt would not help.
    case never(reason: FailureReason, isAsked: Bool = true)
    /// Zoom may have made a new secret; `partial` is the part of the answer that arrived.
    case unknown(reason: FailureReason, partial: SecretBox?)
}

package enum EndOutcome: Sendable {
    /// Zoom revokes an old secret at the requested time: the one that the secret with this ID replaced, if Zoom says so.
    case set(secretID: String?)
    /// Zoom refused the time: the request arrived too late.
    case late(reason: FailureReason)
    /// Zoom has no old secret with an expiry that can be changed.
    case gone
    /// Nothing was changed, and another attempt may be made. `isAsked` as in ``MakeOutcome``.
    case later(retryAfter: Int?, reason: FailureReason, isAsked: Bool = true)
    /// Zoom may have done it.
    case unknown(reason: FailureReason)
    /// Nothing was changed, and another attempt would not help.
    case refused(reason: FailureReason, isAsked: Bool = true)
}

/// A consumer that must get the new secret before the old one may be revoked, such as a console that it is pushed into.
package protocol SecretPublisher: Sendable {
    func publish(_ credential: Credential, of app: App) async -> PublishOutcome

    /// The consumers that do not have the credential, or may not have it any more. Called directly before the old secret
    /// is revoked.
    func laggards(_ credential: Credential, of app: App) async -> [Laggard]
}

/// A consumer for which the old secret is kept valid.
package struct Laggard: Equatable, Sendable {
    package let reason: String
    /// Seconds until the next check makes sense; `nil` when unknown.
    package let wait: Int?

    package init(_ reason: String, wait: Int? = nil) {
        self.reason = reason
        self.wait = wait
    }
}

package enum PublishOutcome: Sendable {
    case confirmed
    /// Everything possible was done, and takes its time.
    case waiting(seconds: Int, reason: String)
    case later(retryAfter: Int?, reason: String)
    /// The consumer refused it; the rotation continues only on an operator's request.
    case blocked(reason: String)
}

/// For apps without push targets: their clients fetch.
package struct NoPublisher: SecretPublisher {
    package init() {}
    package func publish(_ credential: Credential, of app: App) async -> PublishOutcome { .confirmed }
    package func laggards(_ credential: Credential, of app: App) async -> [Laggard] { [] }
}
