import Audit
import Names
import SocketAPI
import Times
import Vault

/// What a request of the admin socket means.
enum AdminRoute {
    enum Apps {
        case list, add
        case show(Name)
        case remove(Name, force: Bool)
        case verify(Name)
        /// A look at what is not stored yet.
        case tryOut
        case change(Name)
        case plan(Name, overlap: Int?)
    }

    enum Clients {
        case list, add
        case show(Name)
        case remove(Name)
    }

    enum Targets {
        case list, add
        case show(Name)
        case change(Name)
        case remove(Name, force: Bool)
        case test(Name)
        case discover(Name)
        case push(Name)
        case adopt(Name)
        /// A look at a console that is no target yet.
        case discoverConsole
        case certificate
    }

    enum Token {
        case get(Name, minTTL: Int, reveal: Bool)
        case renew(Name, reveal: Bool)
    }

    enum Keys {
        case list, add, rotate
        case remove(String, force: Bool)
    }

    enum Rotations {
        case rotate(Name)
        case rotateDue
        case list
        case history(Name)
        case show(String)
        case resume(String)
        case abort(String)
        case finish(String)
        /// What that would break.
        case finishPlan(String)
        /// The same of a rotation for an incident.
        case nowPlan(Name)
        case holders(Name)
    }

    /// Whether a process, or a user's processes, would be served.
    struct Question: Equatable {
        enum Caller: Equatable { case pid(Int32), uid(UInt32) }
        let app: Name
        let kind: Grant.Kind
        let caller: Caller
    }

    case rotations(Rotations)
    case keys(Keys)
    case explain(Question)
    case health
    case status(Name?)
    case metrics(OpenMetrics.Dialect)
    case alarms, alarmTest
    case audit(AuditQuery)
    case auditVerify(from: Int?)
    case auditAcknowledge
    case backup
    case adopt
    case doctor
    case unlock
    case lock
    case apps(Apps)
    case clients(Clients)
    case targets(Targets)
    case token(Token)

    init(_ request: Request) throws(Problem) {
        let target = request.target
        var query: [String] = []
        if target.matches("/v1/health") {
            self = try request.choose([.get: .health])
        } else if target.matches("/v1/status") {
            query = ["app"]
            var name: Name?
            if let text = target.query("app") {
                name = Name(text)
                if name == nil { throw Problem(.badRequest, "app is not \(Name.grammar)") }
            }
            self = try request.choose([.get: .status(name)])
        } else if target.matches("/v1/metrics") {
            query = ["format"]
            self = try request.choose([.get: .metrics(try OpenMetrics.Dialect(target))])
        } else if target.matches("/v1/alarms") {
            self = try request.choose([.get: .alarms])
        } else if target.matches("/v1/alarms/test") {
            self = try request.choose([.post: .alarmTest])
        } else if target.matches("/v1/explain") {
            query = ["app", "kind", "pid", "uid"]
            self = try request.choose([.get: .explain(try Question(target))])
        } else if target.matches("/v1/audit") {
            query = ["app", "since", "after", "limit"]
            self = try request.choose([.get: .audit(try AuditQuery(target))])
        } else if target.matches("/v1/audit/verify") {
            query = ["from"]
            self = try request.choose([.post: .auditVerify(from: try target.number("from", in: 1...Int(Int32.max)))])
        } else if target.matches("/v1/audit/acknowledge") {
            self = try request.choose([.post: .auditAcknowledge])
        } else if target.matches("/v1/backup") {
            self = try request.choose([.post: .backup])
        } else if target.matches("/v1/doctor") {
            self = try request.choose([.get: .doctor])
        } else if target.matches("/v1/adopt") {
            self = try request.choose([.post: .adopt])
        } else if target.matches("/v1/unlock") {
            self = try request.choose([.post: .unlock])
        } else if target.matches("/v1/lock") {
            self = try request.choose([.post: .lock])
        } else if target.matches("/v1/apps") {
            self = try request.choose([.get: .apps(.list), .post: .apps(.add)])
        } else if target.matches("/v1/apps/*") {
            let name = try target.name(2)
            if request.method == .delete { query = ["force"] }
            let force = try target.flag("force")
            self = try request.choose([
                .get: .apps(.show(name)), .delete: .apps(.remove(name, force: force)), .patch: .apps(.change(name)),
            ])
        } else if target.matches("/v1/apps/*/plan") {
            query = ["overlap"]
            let overlap = try target.number("overlap", in: AppPatchCheck.overlaps)
            self = try request.choose([.get: .apps(.plan(try target.name(2), overlap: overlap))])
        } else if target.matches("/v1/apps/*/plan/now") {
            self = try request.choose([.get: .rotations(.nowPlan(try target.name(2)))])
        } else if target.matches("/v1/apps/*/verify") {
            self = try request.choose([.post: .apps(.verify(try target.name(2)))])
        } else if target.matches("/v1/apps/*/token") {
            query = ["min_ttl", "reveal"]
            let name = try target.name(2)
            let minTTL = try target.number("min_ttl", in: 0...AgentRoute.longestTTL) ?? 300
            let reveal = try target.flag("reveal")
            self = try request.choose([
                .get: .token(.get(name, minTTL: minTTL, reveal: reveal)), .post: .token(.renew(name, reveal: reveal)),
            ])
        } else if target.matches("/v1/apps/*/rotate") {
            self = try request.choose([.post: .rotations(.rotate(try target.name(2)))])
        } else if target.matches("/v1/apps/*/rotations") {
            self = try request.choose([.get: .rotations(.history(try target.name(2)))])
        } else if target.matches("/v1/apps/*/holders") {
            self = try request.choose([.get: .rotations(.holders(try target.name(2)))])
        } else if target.matches("/v1/credentials/verify") {
            self = try request.choose([.post: .apps(.tryOut)])
        } else if target.matches("/v1/rotations") {
            self = try request.choose([.get: .rotations(.list), .post: .rotations(.rotateDue)])
        } else if target.matches("/v1/rotations/*") {
            self = try request.choose([.get: .rotations(.show(target.segment(2) ?? ""))])
        } else if target.matches("/v1/rotations/*/resume") {
            self = try request.choose([.post: .rotations(.resume(target.segment(2) ?? ""))])
        } else if target.matches("/v1/rotations/*/abort") {
            self = try request.choose([.post: .rotations(.abort(target.segment(2) ?? ""))])
        } else if target.matches("/v1/rotations/*/finish") {
            let id = target.segment(2) ?? ""
            self = try request.choose([.get: .rotations(.finishPlan(id)), .post: .rotations(.finish(id))])
        } else if target.matches("/v1/keys") {
            self = try request.choose([.get: .keys(.list), .post: .keys(.add)])
        } else if target.matches("/v1/keys/rotate") {
            self = try request.choose([.post: .keys(.rotate)])
        } else if target.matches("/v1/keys/*") {
            query = ["force"]
            self = try request.choose([
                .delete: .keys(.remove(target.segment(2) ?? "", force: try target.flag("force")))
            ])
        } else if target.matches("/v1/clients") {
            self = try request.choose([.get: .clients(.list), .post: .clients(.add)])
        } else if target.matches("/v1/clients/*") {
            let name = try target.name(2)
            self = try request.choose([.get: .clients(.show(name)), .delete: .clients(.remove(name))])
        } else if let targets = try AdminRoute.Targets(request) {
            if case .remove = targets { query = ["force"] }
            self = .targets(targets)
        } else {
            throw Refusal.noSuchRoute
        }
        try target.allowQuery(query)
    }
}

extension OpenMetrics.Dialect {
    fileprivate init(_ target: RequestTarget) throws(Problem) {
        switch target.query("format") {
        case nil, "openmetrics": self = .openMetrics
        case "text": self = .text
        default: throw Problem(.badRequest, "format is not openmetrics or text")
        }
    }
}

extension AdminRoute.Question {
    init(_ target: RequestTarget) throws(Problem) {
        guard let app = target.query("app").flatMap(Name.init) else {
            throw Problem(.badRequest, "app is not \(Name.grammar)")
        }
        guard let kind = Grant.Kind(rawValue: target.query("kind") ?? "credentials") else {
            throw Problem(.badRequest, "kind is not credentials or token")
        }
        let pid = try target.number("pid", in: 1...Int(Int32.max))
        let uid = try target.number("uid", in: 0...Int(UInt32.max) - 1)
        switch (pid, uid) {
        case (let pid?, nil): caller = .pid(Int32(pid))
        case (nil, let uid?): caller = .uid(UInt32(uid))
        default: throw Problem(.badRequest, "it is about a pid or a uid, one of them")
        }
        (self.app, self.kind) = (app, kind)
    }
}

extension AuditQuery {
    fileprivate init(_ target: RequestTarget) throws(Problem) {
        var app: Name?
        if let text = target.query("app") {
            app = Name(text)
            if app == nil { throw Problem(.badRequest, "app is not \(Name.grammar)") }
        }
        let since = try target.number("since", in: 0...253_402_300_799)
        self.init(
            app: app?.description, since: since.map(Timestamp.init(unixSeconds:)),
            after: try target.number("after", in: 0...Int.max) ?? 0,
            limit: try target.number("limit", in: 1...Self.mostLines) ?? 100)
    }
}
