import Audit
import Domain
import SecretJSON
import SocketAPI
import SocketServer
import Vault

/// One operation of the admin socket: a row of ``AdminOperation/all``, which defines it completely.
struct AdminOperation: Sendable {
    typealias Subject = AuditedAction.Members

    /// How an operation is logged. One without a rule only reads, and is not logged.
    struct AuditRule: Equatable {
        let action: String
        /// Whether its event is committed with its change. Otherwise its line is written afterwards.
        let isCommitted: Bool
        /// Whether it is refused while the audit log cannot be written, and answered once its line is on disk.
        let waitsForLog: Bool

        /// - Parameter waits: false for rotations and `lock`: they may hold the only copy of a secret.
        static func committed(_ action: String, waits: Bool = true) -> AuditRule {
            AuditRule(action: action, isCommitted: true, waitsForLog: waits)
        }

        static func afterwards(_ action: String, waits: Bool = true) -> AuditRule {
            AuditRule(action: action, isCommitted: false, waitsForLog: waits)
        }
    }

    /// A path as in `schema/openapi.yaml`, with at most one parameter.
    struct Path: Equatable {
        let text: String
        /// The pattern for ``RequestTarget/matches(_:)``.
        let pattern: String
        /// The name of the parameter in braces, which is the path's third segment.
        let parameter: String?

        init(_ text: String) {
            let parts = text.split(separator: "/")
            self.text = text
            pattern = parts.map { $0.hasPrefix("{") ? "/*" : "/\($0)" }.joined()
            parameter = parts.first { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        }

        /// Whether the parameter is a name; others are looked up without a check.
        var hasName: Bool { ["app", "client", "target"].contains(parameter) }
    }

    let method: Method
    let path: Path
    /// The query's flag that selects this row; the row without the flag comes after it.
    let flag: String?
    /// The lowest role that may use the operation.
    let role: AdminRole
    /// Which requests need a higher role, for the refusal of a caller who has neither.
    let higher: String?
    /// The keys that the query may have.
    let query: [String]
    let audit: AuditRule?
    /// Performs the operation. Facts about its subject go into the call's audited action before anything is done.
    let run: @Sendable (inout AdminCall) async throws(Problem) -> RenderedResponse

    init(
        _ method: Method, _ path: String, flag: String? = nil, _ role: AdminRole, query: [String] = [],
        _ audit: AuditRule? = nil, _ run: @escaping @Sendable (AdminCall) async throws -> RenderedResponse
    ) {
        (self.method, self.path, self.flag, self.role) = (method, Path(path), flag, role)
        (self.query, self.audit, higher) = (query, audit, nil)
        self.run = { call throws(Problem) in
            do { return try await run(call) } catch { throw Problem(any: error) }
        }
    }

    /// An operation with a document. The document is parsed once, after the role check.
    /// - Parameters:
    ///   - higher: which documents need a higher role than `role`.
    ///   - needs: the role that a particular document needs.
    ///   - subject: the facts in the document about the changed object.
    init<Body: WireDocument & SendableMetatype & ~Copyable>(
        _ method: Method, _ path: String, _ role: AdminRole, _ audit: AuditRule? = nil,
        higher: String? = nil,
        needs: @escaping @Sendable (borrowing Body) -> AdminRole = { _ in .viewer },
        subject: @escaping @Sendable (borrowing Body) -> Subject = { _ in [] },
        taking run: @escaping @Sendable (AdminCall, consuming Body) async throws -> RenderedResponse
    ) {
        (self.method, self.path, self.role, self.audit) = (method, Path(path), role, audit)
        (flag, query, self.higher) = (nil, [], higher)
        self.run = { call throws(Problem) in
            let body = try call.request.document(Body.self)
            call.audited?.subject += subject(body)
            try call.requireRole(needs(body))
            do { return try await run(call, body) } catch { throw Problem(any: error) }
        }
    }
}

extension AdminOperation {
    /// The operation of a request. `HEAD` counts as `GET`.
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

    /// Refuses an invalid name or query before anything is logged as this operation.
    func check(_ target: RequestTarget) throws(Problem) {
        if path.hasName { _ = try target.name(2) }
        try target.allowQuery(query)
        for flag in ["force", "operators", "reveal"] where query.contains(flag) { _ = try target.flag(flag) }
        if query.contains("min_ttl") { _ = try target.minTTL }
    }

    /// The log entry of a request, as far as its path determines it: the object that the path names.
    /// - Returns: `nil` if the operation is not logged, or the name in the path is invalid.
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
