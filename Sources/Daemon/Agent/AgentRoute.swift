import Domain
import SocketAPI
import Vault

/// The request that a path of the agent socket stands for. Names are checked here, once, before any lookup.
enum AgentRoute {
    /// The longest `min_ttl`, in seconds. Zoom's tokens last an hour: a client that asks for all of it could never get a
    /// token minted a moment ago.
    static let longestTTL = 3300
    /// The longest `wait`, in seconds.
    static let longestWait = 300

    /// The generation that a client has, and how many seconds it waits for the next.
    struct After {
        let generation: Int
        let wait: Int

        /// Whether the client has another generation than the current one. A higher one was made and is in no vault, so
        /// its secret may have expired.
        func isAnother(_ entry: AppEntry) -> Bool { entry.credential.generation.number != generation }
    }

    private static let waitKeys = ["after", "wait"]
    private static let tokenKeys = ["min_ttl"]

    case health
    case apps
    case credentials(Name, After?)
    case field(Name, CredentialField)
    case token(Name, minTTL: Int)
    case ack(Name)
    case rejected(Name)
    case events

    var methods: [Method] {
        switch self {
        case .ack, .rejected: [.post]
        case .events: [.get]
        case .health, .apps, .credentials, .field, .token: [.get, .head]
        }
    }

    init(_ request: Request) throws(Problem) {
        let target = request.target
        var keys: [String]?
        if target.matches("/v1/apps/*/credentials") {
            self = .credentials(try target.name(2), try After(target))
            keys = Self.waitKeys
        } else if target.matches("/v1/apps/*/token") {
            self = .token(try target.name(2), minTTL: try target.number("min_ttl", in: 0...Self.longestTTL) ?? 60)
            keys = Self.tokenKeys
        } else if target.matches("/v1/apps/*/credentials/*") {
            let name = try target.name(2)
            guard let field = target.segment(4).flatMap(CredentialField.init(rawValue:)) else {
                throw Problem(
                    .notFound, "credentials have no such field",
                    try: "use one of \(CredentialField.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            self = .field(name, field)
        } else if target.matches("/v1/apps/*/ack") {
            self = .ack(try target.name(2))
        } else if target.matches("/v1/apps/*/rejected") {
            self = .rejected(try target.name(2))
        } else if target.matches("/v1/apps") {
            self = .apps
        } else if target.matches("/v1/events") {
            self = .events
        } else if target.matches("/v1/health") {
            self = .health
        } else {
            throw Refusal.noSuchRoute
        }
        if target.hasQuery { try target.allowQuery(keys ?? []) }
    }
}

extension AgentRoute.After {
    /// `nil` when the client has none.
    fileprivate init?(_ target: RequestTarget) throws(Problem) {
        guard target.hasQuery else { return nil }
        let wait = try target.number("wait", in: 0...AgentRoute.longestWait)
        guard let generation = try target.number("after", in: 0...Int.max) else {
            guard wait == nil else {
                throw Problem(
                    .badRequest, "wait needs after", try: "after=N, where N is the generation that you have, or 0")
            }
            return nil
        }
        self.init(generation: generation, wait: wait ?? 0)
    }
}
