import Foundation
import TestSupport
import Testing

/// The stand-in for PingFederate's console, with its controls: `scripts/console`.
final class Console: Sendable {
    private struct Announcement: Decodable {
        var address, controls, token_url, user, password, client_id, client_secret, connection: String
        var ca_file, client_cert, client_key, fingerprint: String
    }

    private static let program = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../scripts/console").standardized.path

    private let child: Child
    private let said: Announcement
    private let controls: UInt16

    var address: String { said.address }
    /// A proxy that lets nobody be reached.
    var refusingProxy: String { said.controls }
    var tokenURL: String { said.token_url }
    var user: String { said.user }
    var password: String { said.password }
    var clientID: String { said.client_id }
    var clientSecret: String { said.client_secret }
    var connection: String { said.connection }
    var caFile: String { said.ca_file }
    var clientCert: String { said.client_cert }
    var clientKey: String { said.client_key }
    var fingerprint: String { said.fingerprint }

    /// - Parameter directory: for its certificates and what it prints.
    init(in directory: String) throws {
        let folder = directory + "/console-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let output = folder + "/said"
        let child = try Child(
            "/usr/bin/python3", [Self.program, "--directory", folder, "--schema"],
            environment: ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], output: output,
            errors: folder + "/errors")
        self.child = child
        let text = try eventually("the console to listen", seconds: 120) { () -> Data? in
            guard child.isRunning else { throw HarnessError("the console ended; see \(folder)/errors") }
            return FileManager.default.contents(atPath: output).flatMap { $0.last == UInt8(ascii: "\n") ? $0 : nil }
        }
        said = try JSONDecoder().decode(Announcement.self, from: text)
        guard let port = URL(string: said.controls)?.port.flatMap(UInt16.init(exactly:)) else {
            throw HarnessError("the console has no controls")
        }
        controls = port
    }

    /// Ends it. What was not of the admin API's shape, by Keyturn's fault or by the stand-in's own, fails the test.
    func end() {
        for violation in (try? violations()) ?? [] { Issue.record("not as the admin API has it: \(violation)") }
        child.end()
    }

    /// What was not of the admin API's shape since the last look.
    func violations() throws -> [String] {
        guard child.isRunning else { return [] }
        return try control("GET", "/violations")["violations"].elements.compactMap(\.string)
    }

    @discardableResult
    func control(_ method: String, _ path: String, _ body: String = "") throws -> JSON {
        let connection = try Connection(toPort: controls)
        try connection.send(request(method, path, ["Connection: close"], body: body))
        let answer = try connection.answer()
        guard answer.status < 300 else { throw HarnessError("the console refuses \(path): \(answer.text)") }
        return try answer.json
    }

    func switches(_ body: String) throws { try control("POST", "/switches", body) }

    /// What somebody else does in the console's pages.
    func edit(_ values: String) throws { try control("POST", "/connections/\(connection)", values) }

    /// The secret that the console holds.
    func secret() throws -> String? {
        try control("GET", "/connections/\(connection)")["values"]["OAuth secret"].string
    }

    /// The secret that the engines provision with.
    func engineSecret() throws -> String? {
        try control("GET", "/connections/\(connection)")["engine"]["OAuth secret"].string
    }

    /// The connection as it is stored, without what must change.
    func rest() throws -> String {
        let text = try control("GET", "/connections/\(connection)")["json"].string ?? ""
        return text.replacing(#/"enc:[0-9a-f]+"/#, with: "").replacing(#/"modificationDate":"[^"]*"/#, with: "")
    }

    /// From now on the connection is these bytes, and what a push changes of them is noted.
    func serve(_ text: String, isHeldToSchema: Bool = true) throws {
        try control("POST", "/documents/\(connection)" + (isHeldToSchema ? "" : "?unheld"), text)
    }

    /// What each push to the served bytes came to: `difference`, which should be null, and `values`.
    func pushes() throws -> [JSON] { try control("GET", "/documents/\(connection)")["pushes"].elements }

    func calls(_ method: String) throws -> Int {
        try control("GET", "/requests")["requests"].elements.count { $0["method"].string == method }
    }
}

extension World {
    /// Starts a console that ends with the test's process at the latest.
    func console() throws -> Console { try Console(in: directory + "/runs") }

    /// Adds a target with the console's own user and CA.
    @discardableResult
    func addTarget(_ console: Console, _ more: String..., name: String = "console", app: String = "zoom-prod") throws
        -> Outcome
    {
        let arguments =
            [
                "target", "add", "pingfederate", name, "--app", app, "--admin-url", console.address, "--connection",
                console.connection, "--user", console.user, "--password-stdin", "--ca-file", console.caFile,
            ] + more
        let outcome = try runner.run(Programs.keyturn, arguments, input: console.password)
        guard outcome.exit == 0 else { throw HarnessError("target add: \(outcome)") }
        return outcome
    }
}
