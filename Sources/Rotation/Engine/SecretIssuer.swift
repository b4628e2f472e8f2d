package import Domain
package import SecretMemory
package import Vault

/// Whoever makes client secrets: Zoom, or what stands in for it. Each call is one attempt, without retries.
package protocol SecretIssuer: Sendable {
    /// Whether a token can be had with this secret: the only proof there is.
    func prove(_ secret: SecretBox, of app: App) async -> Proof

    /// Asks for a new secret, the old one to die at `revokeAt`.
    func makeSecret(for app: App, with current: SecretBox, revokeAt: Timestamp) async -> MakeOutcome

    /// The new secret in an answer, which may be cut off, and when the old one dies if the answer says so.
    func read(_ answer: SecretBox) -> (secret: SecretBox, revokeAt: Timestamp?)?

    /// Makes Zoom refuse the old secret from now on.
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
    /// Nothing was changed, and it may be tried dirty. `isAsked` says whether the request for a new secret may have reached
    /// Zoom, which then counts it; it is `false` only where that is certain.
    case notNow(retryAfter: Int?, reason: String, isAsked: Bool = true)
    /// Nothing was changed, and trying again would not help.
    case never(reason: String, isAsked: Bool = true)
    /// Zoom may have made a new secret; `partial` is what arrived of the answer.
    case unknown(reason: String, partial: SecretBox?)
}

package enum EndOutcome: Sendable {
    /// The old secret is dead, or was already.
    case ended
    /// `isAsked` as in ``MakeOutcome``.
    case later(retryAfter: Int?, reason: String, isAsked: Bool = true)
    case refused(reason: String, isAsked: Bool = true)
}

/// Whoever must be given a new secret before the old one may die, such as a console that it is pushed into.
package protocol SecretPublisher: Sendable {
    func publish(_ credential: Credential, of app: App) async -> PublishOutcome

    /// Who does not have the credential, or may not have it any more: asked directly before the old secret is ended.
    func laggards(_ credential: Credential, of app: App) async -> [Laggard]
}

/// One that was published to, for which the old secret is kept alive.
package struct Laggard: Equatable, Sendable {
    package let reason: String
    /// Seconds until it makes sense to look again; `nil` when that is not known.
    package let wait: Int?

    package init(_ reason: String, wait: Int? = nil) {
        self.reason = reason
        self.wait = wait
    }
}

package enum PublishOutcome: Sendable {
    case confirmed
    /// All was done that can be, and takes its time.
    case waiting(seconds: Int, reason: String)
    case later(retryAfter: Int?, reason: String)
    /// It was refused, and goes on only at the operator's word.
    case blocked(reason: String)
}

/// Nobody to push to: clients fetch.
package struct NoPublisher: SecretPublisher {
    package init() {}
    package func publish(_ credential: Credential, of app: App) async -> PublishOutcome { .confirmed }
    package func laggards(_ credential: Credential, of app: App) async -> [Laggard] { [] }
}
