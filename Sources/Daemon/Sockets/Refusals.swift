import SecretMemory
import SocketAPI
import Tokens
import Vault

/// Refusals that several routes give, in one voice.
enum Refusal {
    static let locked = Problem(.locked, "the vault is locked", try: "keyturn unlock")
    static let noSuchRoute = Problem(.notFound, "there is nothing at this path")

    static func notGranted(_ caller: Identity, _ kind: Grant.Kind) -> Problem {
        Problem(
            .notGranted, "user \(caller.uid) has no grant for this app's \(kind == .token ? "token" : "credentials")",
            try: "keyturn client add NAME --uid \(caller.uid) --allow APP:\(kind.rawValue)")
    }

    static func method(_ allowed: [Method]) -> Problem {
        var problem = Problem(
            .methodNotAllowed, "the method is not \(allowed.map(\.rawValue).joined(separator: " or "))")
        problem.allow = allowed
        return problem
    }
}

extension Problem {
    /// What the vault could not do, as an answer. The only place where its errors become statuses.
    init(_ error: VaultError) {
        let code: ProblemCode =
            switch error.code {
            case .exists: .conflict
            case .notFound: .notFound
            case .wrongKey, .mistyped: .unprocessable
            case .damaged: .internal
            case .closed: .locked
            case .store(let code):
                switch code {
                case .diskFull, .inputOutput, .readOnly, .notPermitted, .inUse: .storageFailed
                case .missing, .exists, .notAVault, .newerSchema, .damaged, .closed, .library: .internal
                }
            case .library: .internal
            }
        self.init(code, error.detail, try: error.hint)
    }
}

extension RenderedResponse {
    static func refusing(_ problem: Problem, retryAfter: Int? = nil) -> RenderedResponse {
        Response.rendering(problem, retryAfter: retryAfter)
    }

    /// Why there is no token. The only place where a token failure becomes a status.
    static func refusing(_ failure: TokenFailure) -> RenderedResponse {
        switch failure {
        case .noSuchApp(let name):
            refusing(Problem(.notFound, "there is no app '\(name)'", try: "keyturn app list"))
        case .refused(let failure, _):
            refusing(Problem(.upstreamFailed, failure.reason, try: failure.hint))
        case .unavailable(let failure, let retryAfter):
            refusing(Problem(.upstreamUnavailable, failure.reason, try: failure.hint), retryAfter: retryAfter)
        case .tooShort(let left):
            refusing(
                Problem(
                    .upstreamFailed, "Zoom's newest token has \(left) seconds left, less than min_ttl asks for",
                    try: "a smaller min_ttl"))
        }
    }

    static func notModified(_ generation: Int) -> RenderedResponse {
        var response = Response(.notModified)
        response.generation = generation
        return response.render()
    }
}

extension Response {
    func json<Document: WireDocument & ~Copyable>(_ document: borrowing Document) -> RenderedResponse {
        render(body: document.render())
    }
}
