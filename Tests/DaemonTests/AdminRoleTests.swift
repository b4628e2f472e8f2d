import Domain
import Foundation
import SecretMemory
import SocketAPI
import Testing
import Vault

@testable import Daemon

/// Who may do what on the admin socket: every operation that the description of the sockets has, in every role.
@Suite struct AdminRoleTests {
    private struct Operation {
        let method: String
        let path: String
        let role: String?
    }

    /// The admin socket's operations, as `schema/openapi.yaml` lists them.
    private static let operations: [Operation] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../schema/openapi.yaml")
        var operations: [Operation] = []
        var path = ""
        var lines = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").components(separatedBy: "\n")[...]
        while let line = lines.popFirst() {
            if line.hasPrefix("  /v1/") { path = String(line.dropFirst(2).dropLast()) }
            guard line.prefix(while: { $0 == " " }).count == 4,
                let match = line.wholeMatch(of: #/    (get|post|put|patch|delete):/#)
            else { continue }
            let body = lines.prefix { $0.isEmpty || $0.hasPrefix("      ") }
            guard body.contains(where: { $0.contains("tags:") && $0.contains("admin") }) else { continue }
            operations.append(
                Operation(
                    method: match.1.uppercased(), path: path,
                    role: body.compactMap { $0.wholeMatch(of: #/      x-role: (\w+)/#)?.1 }.first.map(String.init)))
        }
        return operations
    }()

    private static let roles = AdminRoles(owner: 7, groups: [.viewer: 10, .auditor: 13, .operator: 11, .admin: 12])

    private static func caller(_ role: AdminRole?) -> Identity {
        let gid: UInt32 = role.flatMap { roles.groups[$0] } ?? 99
        return Identity(uid: 1000, gid: 1, pid: 1, groups: [2, gid])
    }

    private static func target(_ path: String) -> String {
        path.replacing("{target}", with: "console").replacing("{app}", with: "zoom").replacing("{client}", with: "ping")
            .replacing("{slot}", with: "1")
            .replacing("{id}", with: String(repeating: "a", count: 32))
    }

    @Test func `each operation says which role it needs, and accepts that role`() throws {
        #expect(Self.operations.count >= 22)
        for operation in Self.operations {
            let name = "\(operation.method) \(operation.path)"
            guard let least = operation.role.flatMap(AdminRole.init) else {
                Issue.record("\(name) has no x-role")
                continue
            }
            let request = try request(operation.method, Self.target(operation.path))
            for role in AdminRole.allCases {
                if role >= least {
                    #expect(throws: Never.self, "\(name) as \(role)") {
                        try Self.roles.authorize(request, from: Self.caller(role))
                    }
                } else {
                    let problem = #expect(throws: Problem.self, "\(name) as \(role)") {
                        try Self.roles.authorize(request, from: Self.caller(role))
                    }
                    #expect(problem?.code == .notPermitted && problem?.detail.contains(least.rawValue) == true)
                }
            }
            let problem = #expect(throws: Problem.self) { try Self.roles.authorize(request, from: Self.caller(nil)) }
            #expect(problem?.code == .notGranted, "\(name) by a stranger")
        }
    }

    @Test(arguments: ["GET", "POST"]) func `a token is shown to admins only`(method: String) throws {
        let request = try request(method, "/v1/apps/zoom/token?reveal=true")
        #expect(throws: Problem.self) { try Self.roles.authorize(request, from: Self.caller(.operator)) }
        #expect(throws: Never.self) { try Self.roles.authorize(request, from: Self.caller(.admin)) }
    }

    @Test(arguments: [
        (#"{"paused":true}"#, AdminRole.operator), (#"{"paused":false}"#, .operator),
        (#"{"paused":true,"overlap":0}"#, .admin), (#"{"rotate_every":1}"#, .admin), ("{}", .admin),
    ]) func `an operator may pause, and change nothing else`(body: String, least: AdminRole) throws {
        let patch = try AppPatch(parsing: SecretBytes(copying: body))
        #expect(patch.leastRole == least)
    }

    @Test func `a viewer hears at once which role a change of an app needs`() throws {
        let request = try request("PATCH", "/v1/apps/zoom")
        let problem = #expect(throws: Problem.self) { try Self.roles.authorize(request, from: Self.caller(.viewer)) }
        #expect(
            problem?.detail == "this needs the role operator (admin to change more than the pause), and user 1000 has "
                + "the role viewer")
    }

    @Test func `an auditor may only read, and reads the log that a viewer does not`() {
        let more = AdminOperation.all.filter { $0.role == .auditor }
        #expect(more.map(\.path.text) == ["/v1/audit", "/v1/audit/verify", "/v1/evidence"])
        for operation in AdminOperation.all where operation.role <= .auditor {
            #expect(operation.audit == nil, "\(operation.path.text) changes something")
        }
    }

    /// The command of each operation that not only admins may use; `nil` where a listed command uses it.
    private static let commands: [String: String?] = [
        "GET /v1/health": nil, "GET /v1/status": "status", "GET /v1/calendar": "calendar",
        "GET /v1/metrics": "the metrics",
        "GET /v1/doctor": "doctor", "POST /v1/explain": "explain", "GET /v1/alerts": "alert list",
        "POST /v1/alerts/test": "alert test", "POST /v1/evidence": "report", "GET /v1/audit": "audit show",
        "POST /v1/audit/verify": "audit verify",
        "GET /v1/objects": "export", "POST /v1/objects/plan": "apply --dry-run", "GET /v1/apps": "app list",
        "GET /v1/apps/{app}": "app show", "PATCH /v1/apps/{app}": "pause", "GET /v1/apps/{app}/status": "status",
        "GET /v1/apps/{app}/plan": "rotate --dry-run", "POST /v1/apps/{app}/verify": "app verify",
        "GET /v1/apps/{app}/token": "token", "POST /v1/apps/{app}/token": "token", "GET /v1/apps/{app}/plan/now": nil,
        "POST /v1/apps/{app}/rotate": "rotate", "GET /v1/apps/{app}/rotations": "history",
        "GET /v1/apps/{app}/holders": "holders", "GET /v1/rotations": "rotation list", "POST /v1/rotations": "rotate",
        "GET /v1/rotations/{id}": "rotation show", "POST /v1/rotations/{id}/resume": "rotation resume",
        "POST /v1/rotations/{id}/abort": "rotation abort", "GET /v1/rotations/{id}/finish": nil,
        "POST /v1/rotations/{id}/finish": "rotation finish", "GET /v1/keys": "key list",
        "GET /v1/clients": "client list", "GET /v1/clients/{client}": "client show", "GET /v1/targets": "target list",
        "GET /v1/targets/{target}": "target show", "POST /v1/targets/{target}/test": "target test",
        "GET /v1/targets/{target}/discover": "target discover", "POST /v1/targets/{target}/push": "target push",
        "POST /v1/targets/{target}/accept": "target accept",
    ]

    @Test func `the page names the commands of each role`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/configuration.md")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        for operation in AdminOperation.all where operation.role < .admin {
            let row = try #require(lines.first { $0.hasPrefix("| `\(operation.role)` | ") })
            let key = "\(operation.method.rawValue) \(operation.path.text)"
            guard let command = try #require(Self.commands[key], "\(key) has no command") else { continue }
            #expect(row.contains(command.hasPrefix("the ") ? command : "`\(command)`"), "\(key)")
        }
    }

    @Test func `the table and the description of the socket have the same operations`() {
        func names(_ operations: [(method: String, path: String, role: String?)]) -> Set<String> {
            Set(operations.map { "\($0.method) \($0.path) \($0.role ?? "nobody")" })
        }
        let rows = AdminOperation.all.filter { $0.flag == nil }.map {
            ($0.method.rawValue, $0.path.text, String?.some($0.role.rawValue))
        }
        #expect(names(rows) == names(Self.operations.map { ($0.method, $0.path, $0.role) }))
        #expect(rows.count == Self.operations.count, "a row is there twice")
    }

    @Test func `root and the daemon's own user are admins, and the highest group counts`() {
        let roles = Self.roles
        func role(_ uid: UInt32, gid: UInt32 = 1, _ groups: [UInt32]? = nil, foreign: Bool = false) -> AdminRole? {
            roles.role(of: Identity(uid: uid, gid: gid, pid: 1, isForeign: foreign, groups: groups))
        }
        #expect(role(0) == .admin && role(7) == .admin && role(8) == nil)
        #expect(role(8, [10, 13]) == .auditor && role(8, [13, 11]) == .operator)
        #expect(role(8, gid: 10) == .viewer && role(8, [11]) == .operator && role(8, gid: 10, [1, 12]) == .admin)
        #expect(role(0, foreign: true) == .admin && role(7, foreign: true) == nil)
        #expect(role(8, [12], foreign: true) == nil)
        #expect(AdminRoles(owner: 7).role(of: Identity(uid: 8, gid: 0, pid: 1, groups: [0])) == nil)
    }

    @Test func `the socket is as open as the roles need it, and no more`() {
        func openness(_ groups: [AdminRole: UInt32]) -> SocketOpenness { AdminRoles(owner: 7, groups: groups).openness }
        #expect(openness([:]) == SocketOpenness(directory: 0o700, socket: 0o600, group: nil))
        #expect(openness([.viewer: 5]) == SocketOpenness(directory: 0o750, socket: 0o660, group: 5))
        #expect(openness([.viewer: 5, .admin: 5]) == SocketOpenness(directory: 0o750, socket: 0o660, group: 5))
        #expect(openness([.viewer: 5, .admin: 6]) == SocketOpenness(directory: 0o711, socket: 0o666, group: nil))
    }
}
