import Audit
import Domain
import SecretMemory
import SocketAPI
import Testing
import Vault

@testable import Daemon

/// A request as the reader reads it.
func request(_ method: String, _ target: String, _ fields: String = "Keyturn-Request: 1\r\n") throws -> Request {
    var reader = RequestReader()
    let bytes = SecretBytes(copying: "\(method) \(target) HTTP/1.1\r\nHost: k\r\n\(fields)\r\n")
    let progress = bytes.withSpan { reader.read($0) }
    guard case .request(let request, _) = progress else { throw Unread(target: target) }
    return request
}

struct Unread: Error { let target: String }

@Suite struct RouteTests {
    private func asAdmin(_ method: String, _ target: String) throws {
        let root = Identity(uid: 0, gid: 0, pid: 1)
        _ = try AdminRoles(owner: 0).authorize(try request(method, target), from: root)
    }

    @Test(arguments: [
        "/v1/health", "/v1/apps", "/v1/apps/zoom-prod/credentials", "/v1/apps/zoom-prod/credentials/account_id",
        "/v1/apps/zoom-prod/credentials/client_id", "/v1/apps/zoom-prod/credentials/client_secret",
        "/v1/apps/zoom-prod/token", "/v1/apps/zoom-prod/token?min_ttl=0", "/v1/apps/zoom-prod/token?min_ttl=3300",
        "/v1/apps/a/credentials?after=0", "/v1/apps/a/credentials?after=9&wait=300", "/v1/events",
        "/v1/apps/0/token", "/v1/apps/a..b/token",
    ])
    func `the agent's routes are known`(target: String) throws {
        #expect(throws: Never.self) { try AgentRoute(try request("GET", target)) }
    }

    @Test(arguments: [
        ("/", ProblemCode.notFound), ("/v1", .notFound), ("/v2/health", .notFound), ("/v1/apps/a", .notFound),
        ("/v1/apps/a/credentials/access_token", .notFound), ("/v1/apps/a/credentials/client_secret/x", .notFound),
        ("/v1/apps/A/token", .badRequest), ("/v1/apps/-a/token", .badRequest), ("/v1/apps/.a/token", .badRequest),
        ("/v1/apps/a~b/credentials", .badRequest),
        ("/v1/apps/\(String(repeating: "a", count: 64))/token", .badRequest),
        ("/v1/apps/a/token?min_ttl=-1", .badRequest), ("/v1/apps/a/token?min_ttl=3301", .badRequest),
        ("/v1/apps/a/token?min_ttl=99999999999999999999", .badRequest), ("/v1/apps/a/token?minttl=60", .badRequest),
        ("/v1/apps/a/credentials?x=1", .badRequest), ("/v1/apps/a/credentials?wait=30", .badRequest),
        ("/v1/apps/a/credentials?after=1&wait=301", .badRequest), ("/v1/apps/a/credentials?after=-1", .badRequest),
        ("/v1/apps/a/credentials/client_id?after=1", .badRequest), ("/v1/events?after=1", .badRequest),
        ("/v1/health?x=1", .badRequest),
    ])
    func `an unknown route is refused, and names are not repaired`(target: String, code: ProblemCode) throws {
        let parsed = try request("GET", target)
        let problem = #expect(throws: Problem.self) { try AgentRoute(parsed) }
        #expect(problem?.code == code)
    }

    @Test(arguments: [
        ("POST", "/v1/unlock"), ("POST", "/v1/lock"), ("GET", "/v1/status"), ("GET", "/v1/apps/a/status"),
        ("GET", "/v1/calendar?app=a&days=9"),
        ("GET", "/v1/apps"), ("POST", "/v1/apps"), ("GET", "/v1/apps/a"), ("DELETE", "/v1/apps/a"),
        ("POST", "/v1/apps/a/verify"), ("GET", "/v1/apps/a/token?min_ttl=5&reveal=true"),
        ("POST", "/v1/apps/a/token"), ("GET", "/v1/clients"), ("POST", "/v1/clients"), ("GET", "/v1/clients/a"),
        ("HEAD", "/v1/health"), ("HEAD", "/v1/apps/a"), ("HEAD", "/v1/targets/a"),
        ("DELETE", "/v1/clients/a"), ("GET", "/v1/health"), ("GET", "/v1/keys"), ("POST", "/v1/keys"),
        ("DELETE", "/v1/keys/2"), ("POST", "/v1/keys/rotate"), ("POST", "/v1/credentials/verify"),
    ])
    func `the admin's routes are known`(method: String, target: String) throws {
        #expect(throws: Never.self) { try asAdmin(method, target) }
    }

    @Test(arguments: [
        ("DELETE", "/v1/apps/A"), ("GET", "/v1/apps/a?force=true"), ("POST", "/v1/targets/-a/push"),
        ("POST", "/v1/lock?now=1"), ("DELETE", "/v1/clients/a?force=true"), ("GET", "/v1/apps/a/token?ttl=5"),
        ("DELETE", "/v1/apps/a?force=x"), ("GET", "/v1/apps/a/token?reveal=1"), ("GET", "/v1/apps/a/token?min_ttl=x"),
    ])
    func `a name or a query that an operation does not have is refused`(method: String, target: String) throws {
        let problem = #expect(throws: Problem.self) { try asAdmin(method, target) }
        #expect(problem?.code == .badRequest)
    }

    @Test(arguments: [
        ("/v1/apps/zoom", "app.remove"), ("/v1/keys/\(String(repeating: "9", count: 900))", "key.remove"),
        ("/v1/apps/Not_A_Name", "admin.request"), ("/v1/nothing", "admin.request"),
    ])
    func `a refusal is logged with its request, in no more than a short line`(target: String, action: String)
        throws
    {
        let caller = Identity(uid: 1000, gid: 1, pid: 1)
        let asked = AuditedAction(refused: try request("DELETE", target), caller)
        #expect(asked.action == action && asked.event(.denied).text.utf8.count < 500)
    }

    @Test(arguments: [
        ("HEAD", "/v1/unlock"), ("OPTIONS", "/v1/apps"), ("TRACE", "/v1/status"), ("PATCH", "/v1/targets"),
        ("GET", "/v1/unlock"), ("DELETE", "/v1/apps"), ("POST", "/v1/status"), ("PUT", "/v1/apps/a"),
        ("GET", "/v1/apps/a/verify"), ("PATCH", "/v1/clients/a"), ("DELETE", "/v1/keys/rotate"), ("GET", "/v1/keys/1"),
    ])
    func `a method that a route does not have is refused as such`(method: String, target: String) throws {
        let problem = #expect(throws: Problem.self) { try asAdmin(method, target) }
        #expect(problem?.code == .methodNotAllowed)
    }

    @Test(arguments: [
        ("/v1/unlock", "POST"), ("/v1/status", "GET, HEAD"), ("/v1/apps", "GET, HEAD, POST"),
        ("/v1/apps/a", "GET, HEAD, PATCH, DELETE"), ("/v1/keys/1", "DELETE"),
        ("/v1/targets/a", "GET, HEAD, PATCH, DELETE"),
        ("/v1/targets/a/push", "POST"), ("/v1/apps/a/token", "GET, HEAD, POST"),
    ])
    func `a route without the method says which it has`(target: String, allow: String) throws {
        for method in ["PUT", "OPTIONS", "TRACE"] {
            let problem = #expect(throws: Problem.self) { try asAdmin(method, target) }
            #expect(problem?.allow.map(\.rawValue).joined(separator: ", ") == allow)
        }
    }
}
