import Foundation
import Synchronization
import TestSupport
import Testing

/// A place of its own for one test: a directory, a sandbox, a vault and a daemon, all of which end with the test.
final class World: Sendable {
    let directory: String
    let runner: Runner
    private let running = Mutex<(daemon: Running?, sandbox: Sandbox?)>((nil, nil))

    var state: String { directory + "/state" }
    var runtime: String { directory + "/run" }
    var vault: String { state + "/vault.db" }
    /// Where commands of the settings write: beside the vault, they make no new file.
    var heard: String { directory + "/heard" }
    var keyFile: String { directory + "/key" }
    var recoveryFile: String { directory + "/recovery" }
    var configuration: String { directory + "/keyturn.yaml" }
    var agent: String { runtime + "/agent/agent.sock" }
    var admin: String { runtime + "/admin/admin.sock" }

    /// - Parameter environment: more variables of all programs.
    init(environment: [String: String] = [:]) throws {
        // Short: a socket's path has 107 bytes. Open: other users come here too.
        directory = "/tmp/kt-" + UUID().uuidString.prefix(8)
        runner = try Runner(
            directory: directory + "/runs",
            environment: [
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": directory,
                "KEYTURN_STATE_DIR": directory + "/state", "KEYTURN_RUNTIME_DIR": directory + "/run",
                "KEYTURN_CONFIG": directory + "/keyturn.yaml",
                // Instead of two minutes, for daemons of a debug build.
                "KEYTURN_TEST_END_LEAD": "2",
            ].merging(environment) { $1 })
        try Data().write(to: URL(filePath: configuration))
        try FileManager.default.createDirectory(atPath: heard, withIntermediateDirectories: false)
        for path in [directory, directory + "/runs", heard] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
    }

    func close() {
        running.withLock { running in
            running.daemon?.child.end()
            running.sandbox?.end()
            running = (nil, nil)
        }
        do {
            for fault in try AnswerTap.shared?.verdict(on: state).faults ?? [] {
                Issue.record("not as schema/openapi.yaml has it: \(fault)")
            }
        } catch {
            Issue.record(error)
        }
        try? FileManager.default.removeItem(atPath: directory)
    }

    // MARK: Programs

    func keyturn(_ arguments: String..., input: String? = nil, environment: [String: String] = [:]) throws -> Outcome {
        try runner.run(Programs.keyturn, arguments, input: input, environment: environment)
    }

    func keyturnd(_ arguments: String..., input: String? = nil, environment: [String: String] = [:]) throws -> Outcome {
        try runner.run(Programs.keyturnd, arguments, input: input, environment: environment)
    }

    /// A command that must succeed.
    @discardableResult
    func must(_ arguments: String..., input: String? = nil) throws -> Outcome {
        let outcome = try runner.run(Programs.keyturn, arguments, input: input)
        guard outcome.exit == 0 else { throw HarnessError("keyturn \(arguments): \(outcome)") }
        return outcome
    }

    // MARK: The daemon

    /// Makes a vault that opens with the key file.
    func initialise() throws {
        let arguments = ["init", "--key-file", keyFile, "--recovery-out", recoveryFile]
        let outcome = try runner.run(
            Programs.keyturnd, arguments + (Files.exists(keyFile) ? ["--use-existing-key"] : []))
        guard outcome.exit == 0 else { throw HarnessError("keyturnd init: \(outcome)") }
    }

    /// Starts the daemon and waits until both sockets answer.
    func start(_ arguments: String..., environment: [String: String] = [:]) throws {
        let arguments = ["serve"] + (arguments.isEmpty ? ["--key-file", keyFile] : arguments)
        let tap = environment["LD_PRELOAD"] == nil ? AnswerTap.shared?.environment ?? [:] : [:]
        let daemon = try runner.start(
            Programs.keyturnd, arguments, environment: environment.merging(tap) { own, _ in own })
        running.withLock { $0.daemon = daemon }
        try eventually("the daemon to listen") {
            guard daemon.child.isRunning else { throw HarnessError("the daemon ended: \(try daemon.outcome())") }
            return [agent, admin].allSatisfy { (try? Connection(to: $0)) != nil }
        }
    }

    var daemon: Running {
        get throws {
            guard let daemon = running.withLock({ $0.daemon }) else { throw HarnessError("no daemon was started") }
            return daemon
        }
    }

    /// Ends the daemon in the orderly way.
    @discardableResult
    func stop() throws -> Outcome {
        try daemon.child.signal(SIGTERM)
        return try daemon.outcome()
    }

    /// Ends the daemon as a power cut would.
    func crash() throws { try daemon.child.end() }

    // MARK: Zoom

    var sandbox: Sandbox {
        get throws {
            try running.withLock { running in
                if let sandbox = running.sandbox { return sandbox }
                let sandbox = try Sandbox(in: directory + "/runs", environment: runner.environment)
                running.sandbox = sandbox
                return sandbox
            }
        }
    }

    /// What `app add` takes for an app of the sandbox. IDs may begin with a dash.
    func adding(_ name: String, _ app: ZoomApp, _ more: String...) throws -> [String] {
        [
            "app", "add", name, "--account-id=\(app.accountID)", "--client-id=\(app.clientID)",
            "--marketplace-app-id=\(app.appID)", "--token-url", try sandbox.tokenURL, "--api-url",
            try sandbox.address, "--secret-stdin",
        ] + more
    }

    /// Makes an app at Zoom and stores it under a name.
    @discardableResult
    func addApp(_ name: String, secret: String? = nil, verify: Bool = true) throws -> ZoomApp {
        let app = try sandbox.addApp(secret: secret)
        let arguments = try verify ? adding(name, app) : adding(name, app, "--no-verify")
        let outcome = try runner.run(Programs.keyturn, arguments, input: app.secret)
        guard outcome.exit == 0 else { throw HarnessError("app add: \(outcome)") }
        return app
    }

    /// Lets this user fetch everything.
    func admitEverything() throws {
        try must("client", "add", "tests", "--uid", "\(geteuid())", "--allow", "*:credentials,token")
    }

    // MARK: The agent socket

    func get(_ target: String, _ headers: [String] = []) throws -> Answer {
        let connection = try Connection(to: agent)
        try connection.send(request("GET", target, headers))
        return try connection.answer()
    }

    /// Asks the admin socket.
    func ask(_ method: String, _ target: String, body: String = "") throws -> Answer {
        let connection = try Connection(to: admin)
        try connection.send(request(method, target, body: body))
        return try connection.answer()
    }

    var isHealthy: Bool { (try? get("/v1/health").text) == #"{"status":"ok"}"# }
}

/// Gives a test its world.
/// - Parameter serving: whether to have a vault and a daemon, at which this user may fetch everything.
func withWorld(serving: Bool = true, _ body: (World) throws -> Void) throws {
    let world = try World()
    defer { world.close() }
    if serving {
        try world.initialise()
        try world.start()
        try world.admitEverything()
    }
    try body(world)
}
