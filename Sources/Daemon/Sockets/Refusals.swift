import Domain
import Health
import Maintenance
import SecretMemory
import SocketAPI
import Tokens
import Vault

/// Refusals that several routes share.
enum Refusal {
    static let locked = Problem(.locked, ProblemCode.locked.advice)
    static let noSuchRoute = Problem(.notFound, "there is nothing at this path")

    /// For waiting clients while the daemon stops: a new daemon may run in a moment.
    static let stopping = RenderedResponse.refusing(
        Problem(.unavailable, "the daemon is stopping", try: "try again in a moment"), retryAfter: 1)

    /// Sent instead of an answer that could not be logged.
    static let unrecorded = RenderedResponse.refusing(notLogged, retryAfter: 1)
    static let notLogged = Problem(.auditUnavailable, ProblemCode.auditUnavailable.advice)

    /// Sent instead of a secret from a backup that may have expired.
    private static let unproven = RenderedResponse.refusing(
        Problem(
            .unproven, Credential.unproven,
            try: "try again in a moment; keyturn status shows the state"), retryAfter: 5)

    /// Sent instead of a secret from a backup: Zoom was not asked yet, or refused it.
    static func unproven(_ entry: AppEntry) -> RenderedResponse {
        guard let refusal = entry.refusal, !refusal.mayPass else { return unproven }
        // Without `Retry-After`, because waiting does not help.
        return RenderedResponse.refusing(
            Problem(
                .restoredSecretRefused,
                "the vault was restored from a backup, and Zoom refuses the secret in it: \(refusal.reason)",
                try: refusal.fixOfRestored(entry.app.name)))
    }

    /// For a client that uses a newer secret that the vault does not have.
    static func lost(_ generation: Generation, _ entry: AppEntry) -> Problem {
        Problem(
            .conflict,
            "generation \(generation) is not in this vault, which was restored from a backup: the current one is "
                + "\(entry.credential.generation)",
            try: "fetch the credentials again: GET /v1/apps/\(entry.app.name)/credentials")
    }

    /// For a generation that was replaced, and whose secret is no longer in the vault.
    static func over(_ generation: Generation, _ entry: AppEntry) -> Problem {
        Problem(
            .conflict, "generation \(generation) is over: the current one is \(entry.credential.generation)",
            try: "fetch the credentials again: GET /v1/apps/\(entry.app.name)/credentials")
    }

    /// For a change whose audit line is in the vault, but not in the log yet.
    static let notLoggedYet = Problem(
        .auditUnavailable,
        "this was done, but the audit log cannot be written: its line stays in the vault until it can",
        try: "\(Remedy.freeSpace), and see keyturn status; do not repeat the command")

    /// For a request beyond the limit of waiting requests.
    static let tooManyWaiting = RenderedResponse.refusing(
        Problem(
            .tooManyRequests, "the maximum number of requests is waiting for a change",
            try: "fetch without wait from time to time"), retryAfter: 10)

    /// For a request beyond a user's share of the waiting requests.
    static func tooManyWaiting(of uid: UInt32) -> RenderedResponse {
        RenderedResponse.refusing(
            Problem(
                .tooManyRequests, "user \(uid) has the maximum number of requests waiting for a change",
                try: "fetch without wait from time to time; or share one event stream"), retryAfter: 10)
    }

    static func notGranted(_ caller: Identity, _ permission: Permission) -> Problem {
        Problem(
            .notGranted,
            "user \(caller.uid) has no grant for this app's \(permission.rawValue)",
            try: "keyturn client add NAME --uid \(caller.uid) --allow APP:\(permission.rawValue)")
    }

    static func noApps(_ caller: Identity) -> Problem {
        Problem(
            .notGranted, "user \(caller.uid) has no grant for any app, so there are no events",
            try: "keyturn client add NAME --uid \(caller.uid) --allow APP:credentials")
    }

    static func noRole(_ caller: Identity) -> Problem {
        Problem(
            .notGranted, "user \(caller.uid) may not administer this daemon",
            try: "run the command as root, as the daemon's user, or as a member of a group that has a role")
    }

    /// - Parameter more: which requests of the same operation need a higher role than `least`.
    static func role(_ role: AdminRole, of caller: Identity, least: AdminRole, more: String? = nil) -> Problem {
        Problem(
            .notPermitted,
            "this needs the role \(least.rawValue)\(more.map { " (\($0))" } ?? ""), and user \(caller.uid) has the role "
                + role.rawValue,
            try: "run the command as root or as a member of admin.\(least.rawValue)_group")
    }

    static func method(_ allowed: [Method]) -> Problem {
        var problem = Problem(
            .methodNotAllowed, "the method is not \(allowed.map(\.rawValue).joined(separator: " or "))")
        problem.allow = allowed
        return problem
    }
}

extension Problem {
    /// The result of an operation whose closure has untyped errors.
    init(any error: any Error) {
        switch error {
        case let error as Problem: self = error
        case let error as VaultError: self.init(error)
        default: self.init(.internal, "unexpected: \(error)")
        }
    }

    /// The reason why there is no token. A token failure becomes a status only here.
    init(_ failure: TokenFailure) {
        switch failure {
        case .noSuchApp(let name): self.init(.notFound, "there is no app '\(name)'", try: "keyturn app list")
        case .refused(let failure, _): self.init(.upstreamFailed, failure.advice)
        case .unavailable(let failure, let retryAfter):
            self.init(.upstreamUnavailable, failure.advice)
            self.retryAfter = retryAfter
        case .tooShort(let left):
            self.init(
                .upstreamFailed, "Zoom's newest token has \(left) s left, which is less than min_ttl",
                try: "a smaller min_ttl")
        }
    }
}

extension RenderedResponse {
    static func refusing(_ problem: Problem, retryAfter: Int? = nil) -> RenderedResponse {
        Response.rendering(
            problem, retryAfter: retryAfter ?? problem.retryAfter ?? (problem.code == .tooManyRequests ? 1 : nil))
    }

    static func refusing(_ failure: TokenFailure) -> RenderedResponse { refusing(Problem(failure)) }

    static let noContent = Response(.noContent).render()

    static func ok<Document: WireDocument & ~Copyable>(_ document: borrowing Document) -> RenderedResponse {
        Response(.ok).json(document)
    }

    static func created<Document: WireDocument & ~Copyable>(_ document: borrowing Document) -> RenderedResponse {
        Response(.created).json(document)
    }

    static func notModified(_ tag: EntityTag?) -> RenderedResponse {
        var response = Response(.notModified)
        response.tag = tag
        return response.render()
    }
}

extension Response {
    func json<Document: WireDocument & ~Copyable>(_ document: borrowing Document) -> RenderedResponse {
        render(body: document.render())
    }
}
