import Audit
import Domain
import SecretJSON
import SocketAPI
import SocketServer
import Vault

/// One operation of the admin socket: a row of ``AdminOperation/all``, which is all that there is to say of it.
struct AdminOperation: Sendable {
    typealias Subject = AuditedAction.Members

    /// How an operation is logged. One without a rule only looks, and is not logged.
    struct AuditRule: Equatable {
        let action: String
        /// Whether its event is committed with what it changes. Otherwise its line is written once it is done.
        let isCommitted: Bool
        /// Whether it is refused while the audit log cannot be written, and answered once its line is on disk.
        let waitsForLog: Bool

        /// - Parameter waits: not for a rotation, nor for `lock`: they may hold the only copy of a secret.
        static func committed(_ action: String, waits: Bool = true) -> AuditRule {
            AuditRule(action: action, isCommitted: true, waitsForLog: waits)
        }

        static func afterwards(_ action: String, waits: Bool = true) -> AuditRule {
            AuditRule(action: action, isCommitted: false, waitsForLog: waits)
        }
    }

    /// A path as in `schema/openapi.yaml`, which has one parameter at most.
    struct Path: Equatable {
        let text: String
        /// As ``RequestTarget/matches(_:)`` takes it.
        let pattern: String
        /// What stands in braces: the name of the parameter, the path's third segment.
        let parameter: String?

        init(_ text: String) {
            let parts = text.split(separator: "/")
            self.text = text
            pattern = parts.map { $0.hasPrefix("{") ? "/*" : "/\($0)" }.joined()
            parameter = parts.first { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        }

        /// Whether the parameter is a name; others are looked up as they are.
        var hasName: Bool { ["app", "client", "target"].contains(parameter) }
    }

    let method: Method
    let path: Path
    /// The query's flag with which this row is meant; the row without comes after it.
    let flag: String?
    /// The least role that this takes.
    let role: AdminRole
    /// Keys that the query may have.
    let query: [String]
    let audit: AuditRule?
    /// Carries it out. What it learns about its subject is in the call's audited action before anything is done.
    let run: @Sendable (inout AdminCall) async throws(Problem) -> RenderedResponse

    init(
        _ method: Method, _ path: String, flag: String? = nil, _ role: AdminRole, query: [String] = [],
        _ audit: AuditRule? = nil, _ run: @escaping @Sendable (AdminCall) async throws -> RenderedResponse
    ) {
        (self.method, self.path, self.flag, self.role) = (method, Path(path), flag, role)
        (self.query, self.audit) = (query, audit)
        self.run = { call throws(Problem) in
            do { return try await run(call) } catch { throw Problem(any: error) }
        }
    }

    /// An operation that takes a document. It is parsed once, from a caller with the role.
    /// - Parameters:
    ///   - needs: the role that this very document takes, where that is more than `role`.
    ///   - subject: what the document says about what is changed.
    init<Body: WireDocument & SendableMetatype & ~Copyable>(
        _ method: Method, _ path: String, _ role: AdminRole, _ audit: AuditRule? = nil,
        needs: @escaping @Sendable (borrowing Body) -> AdminRole = { _ in .viewer },
        subject: @escaping @Sendable (borrowing Body) -> Subject = { _ in [] },
        taking run: @escaping @Sendable (AdminCall, consuming Body) async throws -> RenderedResponse
    ) {
        (self.method, self.path, self.role, self.audit) = (method, Path(path), role, audit)
        (flag, query) = (nil, [])
        self.run = { call throws(Problem) in
            let body = try call.request.document(Body.self)
            call.audited?.subject += subject(body)
            try call.requireRole(needs(body))
            do { return try await run(call, body) } catch { throw Problem(any: error) }
        }
    }
}

extension AdminOperation {
    /// The operation that a request asks for. `HEAD` means what `GET` does.
    static func find(_ request: Request) throws(Problem) -> AdminOperation {
        let target = request.target
        guard let path = all.first(where: { target.matches($0.path.pattern) })?.path else { throw Refusal.noSuchRoute }
        let here = all.filter { $0.path == path }
        let meant = here.first {
            $0.method == request.method.ofSameHead && ($0.flag.map { target.query($0) == "true" } ?? true)
        }
        if let meant { return meant }
        throw Refusal.method(Method.allCases.filter { method in here.contains { $0.method == method.ofSameHead } })
    }

    /// Refuses a malformed name or query before anything is logged as this operation.
    func check(_ target: RequestTarget) throws(Problem) {
        if path.hasName { _ = try target.name(2) }
        try target.allowQuery(query)
        for flag in ["force", "reveal"] where query.contains(flag) { _ = try target.flag(flag) }
        if query.contains("min_ttl") { _ = try target.minTTL }
    }

    /// What the log says of a request, as far as its path tells: the object that the path names.
    /// - Returns: `nil` for what is not logged, and where the path's name is not a name.
    func audited(_ request: Request, by caller: Identity) -> AuditedAction? {
        guard let audit else { return nil }
        var subject: Subject = []
        if let parameter = path.parameter, let value = request.target.segment(2) {
            if path.hasName, Name(value) == nil { return nil }
            subject = [(parameter == "id" ? "rotation" : parameter, .text(String(value.prefix(200))))]
        }
        return AuditedAction(action: audit.action, subject: subject, caller: caller)
    }
}
