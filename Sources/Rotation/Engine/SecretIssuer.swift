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
    /// Requests a new secret; the old one expires at `revokeAt`.
    func makeSecret(for app: App, with current: SecretBox, revokeAt: Timestamp) async -> MakeOutcome

    /// Reads the new secret from an answer, which may be truncated, and the old one's expiry if the answer contains it.
    func read(_ answer: SecretBox) -> (secret: SecretBox, revokeAt: Timestamp?)?

    /// Revokes the old secret at Zoom now.
    func endOldSecret(of app: App, with current: SecretBox) async -> EndOutcome
}

package enum Proof: Sendable {
    case accepted
    case refused(reason: String)
    case later(retryAfter: Int?, reason: String)
}

package enum MakeOutcome: Sendable {
    /// Zoom's answer, byte for byte, not read yet.
    case answered(SecretBox)
    /// Nothing was changed, and another attempt may be made. `isAsked` says whether the request may have reached Zoom,
    /// which then counts it; it is `false` only where it certainly did not.
    case notNow(retryAfter: Int?, reason: String, isAsked: Bool = true)
    /// Nothing was changed, and another attempt would not help.
    case never(reason: String, isAsked: Bool = true)
    /// Zoom may have made a new secret; `partial` is the part of the answer that arrived.
    case unknown(reason: String, partial: SecretBox?)
}

package enum EndOutcome: Sendable {
    /// The old secret is revoked, or was already.
    case ended
    /// `isAsked` as in ``MakeOutcome``.
    case later(retryAfter: Int?, reason: String, isAsked: Bool = true)
    case refused(reason: String, isAsked: Bool = true)
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
