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

    let method: Method
    /// As in `schema/openapi.yaml`: what stands in braces is the name of a path parameter.
    let path: String
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
        (self.method, self.path, self.flag, self.role) = (method, path, flag, role)
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
        (self.method, self.path, self.role, self.audit) = (method, path, role, audit)
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
        guard let first = all.first(where: { request.target.matches($0.pattern) }) else { throw Refusal.noSuchRoute }
        let here = all.filter { $0.path == first.path }
        let meant = here.first {
            $0.method == request.method.ofSameHead && ($0.flag.map { request.target.query($0) == "true" } ?? true)
        }
        if let meant { return meant }
        throw Refusal.method(Method.allCases.filter { method in here.contains { $0.method == method.ofSameHead } })
    }

    /// Refuses a path's name, or a query, that the operation does not have.
    func check(_ target: RequestTarget) throws(Problem) {
        if hasName { _ = try target.name(2) }
        try target.allowQuery(query)
    }

    /// What the log says of a request, as far as its path tells: the object that the path names.
    func audited(_ request: Request, by caller: Identity) -> AuditedAction? {
        guard let audit else { return nil }
        var subject: Subject = []
        if let parameter, let value = request.target.segment(2) {
            subject = [(parameter == "id" ? "rotation" : parameter, .text(value))]
        }
        return AuditedAction(action: audit.action, subject: subject, caller: caller)
    }

    private var parameter: String? {
        path.split(separator: "/").first { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// The path as ``RequestTarget/matches(_:)`` takes it.
    private var pattern: String {
        path.split(separator: "/").map { $0.hasPrefix("{") ? "/*" : "/\($0)" }.joined()
    }

    /// Whether its parameter is a name; others are looked up as they are.
    private var hasName: Bool { ["app", "client", "target"].contains(parameter) }
}
