import ArgumentParser
import FoundationEssentials
import Glibc
import Sandbox
import SocketAPI
import Terminal

@main
struct ZoomSandbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zoom-sandbox",
        abstract: "A local stand-in for Zoom's OAuth and client secret rotation endpoints.",
        discussion: """
            Listens on 127.0.0.1 only, speaks plain HTTP, forgets everything when it ends. When it listens, it prints \
            one line of JSON on standard output: its address and an app to use. Under /_sandbox it has switches, \
            faults, a clock and a log of the requests that it saw.

            Example:

              $ zoom-sandbox --port 8700 > sandbox.json &
              $ curl -s -X PATCH localhost:8700/_sandbox/switches -d '{"sso":false}'
              $ curl -s -X POST localhost:8700/_sandbox/faults -d '{"fault":"drop_after"}'

            An app file contains account_id, client_id, client_secret and marketplace_app_id, and may contain owner, scopes \
            (a list) and active. All but the secret are generated if missing.

            Exit codes: 0 stopped by a signal, 64 usage, 65 bad app file, 66 no such app file, 74 cannot listen.
            """,
        version: versionLine(of: "zoom-sandbox"))

    @Option(help: "The TCP port on 127.0.0.1; 0 for any free one.")
    var port: UInt16

    @Option(name: .customLong("app-json"), help: ArgumentHelp("Start with the app in FILE.", valueName: "file"))
    var appFile: String?

    @Flag(help: "Do not write a line per request to standard error.")
    var quiet = false

    @Flag(help: "Exit when standard input is closed, so that no orphan is left behind.")
    var exitWithStdin = false

    static func main() async {
        StandardOutput.begin()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard exitCode(for: error) == .success else { exit(withError: error) }
            StandardOutput.write(fullMessage(for: error) + "\n")
            guard let lost = StandardOutput.finish() else { return }
            exit(withError: fail(EX_IOERR, lost, try: nil))
        }
    }

    func run() async throws {
        let stop = StopSignal(watchingStandardInput: exitWithStdin)
        var random = SystemRandomNumberGenerator()
        var state = SandboxState(random: &random)
        let app = try addApp(to: &state, random: &random)
        let server: SandboxServer
        do {
            server = try SandboxServer(state: state, port: port, onRequest: quiet ? nil : Self.report)
        } catch {
            throw Self.fail(EX_IOERR, "\(error)", try: "--port 0 for any free port")
        }
        let announcement = Announcement(address: server.address, app: app, withSecret: appFile == nil)
        StandardOutput.write(announcement.line + "\n")
        if let lost = StandardOutput.failure {
            await server.shutdown()
            throw Self.fail(EX_IOERR, lost, try: nil)
        }
        await stop.wait()
        await server.shutdown()
    }

    private func addApp(to state: inout SandboxState, random: inout some RandomNumberGenerator) throws(ExitCode) -> App
    {
        var bytes: [UInt8]?
        if let appFile {
            bytes = Streams.contents(of: appFile)
            guard bytes != nil else {
                throw Self.fail(EX_NOINPUT, "\(appFile) cannot be read", try: "without --app-json to get an app")
            }
        }
        do throws(ControlError) {
            let profile = try bytes.map(AppProfile.read(appFile:)) ?? AppProfile()
            return try state.apps.add(profile, at: Date.now, random: &random)
        } catch {
            let hint = "zoom-sandbox --help describes an app file"
            throw Self.fail(EX_DATAERR, "\(appFile ?? "app"): \(error)", try: hint)
        }
    }

    /// Prints one line for each request. Nothing in it is secret.
    @Sendable private static func report(_ entry: RequestLog.Entry) {
        let status = entry.status.map(String.init) ?? "-"
        let fault = entry.fault.map { " fault=\($0.rawValue)" } ?? ""
        let line = "\(entry.sequence) \(entry.method) \(entry.path) \(status) \(entry.outcome.rawValue)\(fault)\n"
        Streams.write(line, to: STDERR_FILENO)
    }

    private static func fail(_ code: Int32, _ text: String, try hint: String?) -> ExitCode {
        Streams.write("zoom-sandbox: \(text)\n" + (hint.map { "  try: \($0)\n" } ?? ""), to: STDERR_FILENO)
        return ExitCode(code)
    }
}
