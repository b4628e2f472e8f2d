import Foundation
import TestSupport

/// Where the cases of a matrix are run, one after the other: one sandbox, one vault to begin each case with, one
/// movable clock. Everything that it says of secrets it has asked of the sandbox or of the agent socket by itself.
final class MatrixBench {
    static let overlap = 0
    let world: World
    let clock: TestClock
    let app: ZoomApp
    private let template: String
    private var zoom: Connection?

    init() throws {
        let world = try World()
        self.world = world
        do {
            clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment)
            try world.admitEverything()
            app = try world.addApp("zoom-prod")
            // The observer is a holder from the start: nothing ends before it had the new secret.
            _ = try world.fetchedSecret()
            try world.awaitReceipt()
            try world.stop()
            template = world.directory + "/template"
            try FileManager.default.moveItem(atPath: world.state, toPath: template)
        } catch {
            world.close()
            throw error
        }
    }

    /// A vault, an app and a Zoom as they were in the beginning.
    func begin() throws {
        try? FileManager.default.removeItem(atPath: world.state)
        try FileManager.default.copyItem(atPath: template, toPath: world.state)
        try control("POST", "/clock", #"{"advance_seconds":\#(-clock.ahead)}"#)
        clock.pass(-clock.ahead)
        for path in ["/faults", "/switches", "/requests"] { try control("DELETE", path) }
        _ = try? control("DELETE", "/apps/\(app.clientID)")
        let profile = [
            "account_id": app.accountID, "client_id": app.clientID, "client_secret": app.secret,
            "marketplace_app_id": app.appID,
        ]
        try control(
            "POST", "/apps", String(decoding: try JSONSerialization.data(withJSONObject: profile), as: UTF8.self))
    }

    /// The same, and then the troubles of the case.
    func begin(_ scenario: MatrixCase) throws {
        try begin()
        try control(
            "PATCH", "/switches",
            """
            {"second_new":"\(scenario.second.rawValue)","new_secret_delay_seconds":\(scenario.delay),
            "rotation_scope_grant":"\(scenario.grant.rawValue)"}
            """)
        if let fault = scenario.answer.fault {
            try control(
                "POST", "/faults",
                #"{\#(fault),"path":"/v2/marketplace","method":"POST","count":\#(scenario.strikes)}"#)
        }
    }

    func pass(_ seconds: Int) throws {
        clock.pass(seconds)
        try control("POST", "/clock", #"{"advance_seconds":\#(seconds)}"#)
    }

    /// Asks the sandbox's controls, over one connection.
    @discardableResult
    func control(_ method: String, _ path: String, _ body: String = "") throws -> JSON {
        let answer = try ask(request(method, "/_sandbox" + path, body: body, host: try host))
        guard answer.status < 300 else { throw HarnessError("the sandbox refuses \(path): \(answer.text)") }
        return try answer.json
    }

    /// Whether Zoom mints a token with the secret.
    func mints(with secret: String) throws -> Bool {
        let pair = Data("\(app.clientID):\(secret)".utf8).base64EncodedString()
        let form = "grant_type=account_credentials&account_id=\(app.accountID)"
        let answer = try ask(
            """
            POST /oauth/token HTTP/1.1\r\nHost: \(try host)\r\nAuthorization: Basic \(pair)\r\n\
            Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(form.utf8.count)\r\n\r\n\(form)
            """)
        return answer.status == 200
    }

    private var host: String { get throws { "127.0.0.1:\(try world.sandbox.port)" } }

    private func ask(_ text: String) throws -> Answer {
        let connection = try zoom ?? Connection(toPort: world.sandbox.port)
        zoom = nil
        try connection.send(text)
        let answer = try connection.answer()
        zoom = connection
        return answer
    }
}

/// The secrets of the app, as the sandbox has them.
struct LivingSecrets {
    /// The one without an end.
    let current: String?
    /// When each of the others dies, in Unix seconds, the dead ones included.
    let deaths: [String: Int]

    init(_ view: JSON) {
        let secrets = view["secrets"].elements
        current = secrets.first { $0["revoke_time"].isNull }?["id"].string
        deaths = secrets.reduce(into: [:]) { deaths, secret in
            if let id = secret["id"].string, let time = secret["revoke_time"].unixSeconds { deaths[id] = time }
        }
    }
}

extension JSON {
    /// Of a time in RFC 3339.
    var unixSeconds: Int? {
        string.flatMap { try? Date($0, strategy: .iso8601) }.map { Int($0.timeIntervalSince1970) }
    }
}

extension MatrixBench {
    /// Away with what the programs of a case have printed.
    func sweep() {
        for name in (try? Files.names(world.runner.directory)) ?? [] where !name.hasPrefix("sandbox") {
            try? FileManager.default.removeItem(atPath: world.runner.directory + "/" + name)
        }
    }
}
