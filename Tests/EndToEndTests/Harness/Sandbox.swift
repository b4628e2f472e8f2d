import Foundation
import TestSupport

/// The stand-in for Zoom, with its controls.
final class Sandbox: Sendable {
    private let child: Child
    let port: UInt16
    var address: String { "http://127.0.0.1:\(port)" }
    var tokenURL: String { address + "/oauth/token" }

    /// - Parameter directory: for what it prints.
    init(in directory: String, environment: [String: String]) throws {
        let output = directory + "/sandbox.json"
        let child = try Child(
            Programs.sandbox, ["--port", "0", "--quiet"], environment: environment, output: output,
            errors: directory + "/sandbox.err")
        self.child = child
        port = try eventually("the sandbox to listen") {
            guard child.isRunning else { throw HarnessError("the sandbox ended") }
            guard let text = FileManager.default.contents(atPath: output), text.last == UInt8(ascii: "\n") else {
                return nil
            }
            return try JSON(text)["address"].string.flatMap(URL.init(string:))?.port.flatMap(UInt16.init(exactly:))
        }
    }

    func end() { child.end() }

    /// Has it stand still meanwhile: whoever asks gets no answer.
    func standingStill(_ body: () throws -> Void) rethrows {
        child.signal(SIGSTOP)
        defer { child.signal(SIGCONT) }
        try body()
    }

    @discardableResult
    func control(_ method: String, _ path: String, _ body: String = "") throws -> JSON {
        let connection = try Connection(toPort: port)
        try connection.send(
            request(method, "/_sandbox" + path, ["Connection: close"], body: body, host: "127.0.0.1:\(port)"))
        let answer = try connection.answer()
        guard answer.status < 300 else { throw HarnessError("the sandbox refuses \(path): \(answer.text)") }
        return answer.body.isEmpty ? try JSON(Array("null".utf8)) : try answer.json
    }

    func switches(_ body: String) throws { try control("PATCH", "/switches", body) }

    /// Adds a fault. Strikes all requests to the token endpoint unless told otherwise.
    func fault(_ fault: String, count: Int = 0, _ more: String = "") throws {
        try control("POST", "/faults", #"{"fault":"\#(fault)","path":"/oauth/token","count":\#(count)\#(more)}"#)
    }

    func addApp(secret: String? = nil, scopes: [String]? = nil) throws -> ZoomApp {
        var profile: [String: Any] = [:]
        profile["client_secret"] = secret
        profile["scopes"] = scopes
        let body = String(decoding: try JSONSerialization.data(withJSONObject: profile), as: UTF8.self)
        let made = try control("POST", "/apps", body)
        guard let account = made["account_id"].string, let id = made["client_id"].string,
            let appID = made["marketplace_app_id"].string, let secret = made["client_secret"].string
        else { throw HarnessError("the sandbox made no app: \(made)") }
        return ZoomApp(accountID: account, clientID: id, secret: secret, appID: appID)
    }

    /// Requests to the token endpoint that the sandbox saw, of one app or of all, but for those for a token that may rotate. Of a request that a fault struck before
    /// its work, the sandbox does not know the app.
    func mints(of app: ZoomApp? = nil) throws -> Int {
        try control("GET", "/requests?path=/oauth/token")["requests"].elements
            .filter { $0["grant"].string != "client_credentials" }
            .count { app == nil || $0["client_id"].string == app?.clientID }
    }
}

/// An app as Zoom knows it.
struct ZoomApp: Sendable {
    var accountID: String
    var clientID: String
    var secret: String
    var appID: String
}
