import Domain
import Vault
import Zoom

/// Zoom's last response to an app's current secret, from a probe or a request for a token.
extension AppEntry {
    /// Why Zoom does not accept it; `nil` when it does, as far as is known.
    package var refusal: SecretRefusal? {
        if let refusals, refusals.generation == credential.generation {
            return SecretRefusal(cause: refusals.cause, reason: refusals.reason, mayPass: refusals.mayPass)
        }
        guard lastToken == nil, let probe = lastProbe, let cause = probe.cause else { return nil }
        return SecretRefusal(cause: cause, reason: probe.reason ?? cause.meaning, mayPass: false)
    }

    /// The scopes that PingFederate would miss.
    package var missingScopes: [String] {
        if let scopes = lastToken?.scopes { return RequiredScope.missing(from: scopes).map(\.description) }
        return lastProbe?.missingScopes ?? []
    }

    /// When Zoom last accepted or refused it.
    var lastLook: SchedulerState.Probe? {
        guard let token = lastToken else { return lastProbe }
        return SchedulerState.Probe(generation: token.generation, at: token.issuedAt, missingScopes: missingScopes)
    }

    /// When Zoom last accepted or refused it, in a rotation that made it current too.
    var verifiedAt: Timestamp? { lastLook?.at ?? (isFromRotation && !isSuspect ? credential.createdAt : nil) }

    private var lastProbe: SchedulerState.Probe? {
        schedulerState.probe.flatMap { $0.generation == credential.generation ? $0 : nil }
    }

    /// The token, if it is as new as the last probe.
    private var lastToken: Token? {
        guard let token = token?.token, token.generation == credential.generation else { return nil }
        guard let probe = lastProbe else { return token }
        return probe.cause == nil || token.issuedAt > probe.at ? token : nil
    }
}
