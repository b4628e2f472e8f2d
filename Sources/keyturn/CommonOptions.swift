import ArgumentParser
import Domain
import Glibc
import SecretMemory
import SocketAPI
import Terminal

/// The options of every command, and the connection to the daemon.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print one JSON document and nothing else.")
    var json = false

    @Option(help: ArgumentHelp("The directory of the daemon's sockets.", valueName: "dir"))
    var runtimeDir: String?

    @Option(help: ArgumentHelp("The daemon's state directory; its sockets may be found from there.", valueName: "dir"))
    var stateDir: String?

    @Option(help: ArgumentHelp("Colours: auto, always or never; auto heeds NO_COLOR.", valueName: "when"))
    var color = Paint.Choice.auto

    /// Colours for standard output.
    var paint: Paint {
        Paint(
            color, isTerminal: isatty(STDOUT_FILENO) == 1, noColour: environment("NO_COLOR"),
            terminal: environment("TERM"))
    }

    var paths: Paths {
        Paths(
            stateDirectory: stateDir, runtimeDirectory: runtimeDir,
            environment: environment, isRoot: geteuid() == 0
        ).forClient { unsafe access($0, F_OK) == 0 }
    }

    /// The client of the admin socket. It checks the peer, because requests contain secrets and answers lead to
    /// decisions.
    var admin: SocketClient {
        let isNamed = stateDir != nil || environment("KEYTURN_STATE_DIR").map { !$0.isEmpty } ?? false
        return client(trusting: TrustedPeer(paths, isNamed: isNamed)) { $0.adminSocket }
    }
    var agent: SocketClient { client { $0.agentSocket } }

    private func client(trusting trusted: TrustedPeer? = nil, _ socket: (Paths) -> String) -> SocketClient {
        let paths = paths
        let other = paths.otherRuntimeDirectory.map { socket(paths).replacing(paths.runtimeDirectory, with: $0) }
        return SocketClient(path: socket(paths), nor: other, trusting: trusted)
    }

    /// Sends a request and shows the answer: unchanged with `--json`, else as text from `show`.
    func show<Document: WireDocument & ~Copyable>(
        _ answer: consuming Answer, as _: Document.Type = Document.self, _ show: (borrowing Document) -> Void
    ) throws {
        if json {
            if let problem = answer.problem { throw CommandFailure(.problem(problem)) }
            answer.body.withSpan { StandardOutput.write($0) }
            StandardOutput.write("\n")
        } else {
            show(try answer.document(Document.self))
        }
    }

    /// For answers without a body: prints the text `done`, or `{"done": …}` as JSON.
    func show(_ answer: consuming Answer, done: String) throws {
        if let problem = answer.problem { throw CommandFailure(.problem(problem)) }
        if json {
            StandardOutput.write("{\"done\":\"\(done)\"}\n")
        } else {
            StandardOutput.write(done + "\n")
        }
    }

    /// Asks for confirmation. Without a terminal and without `--yes` the answer is no.
    /// - Parameter path: what it is about. Nothing is asked about what is not there.
    func confirm(_ question: String, about path: RequestPath? = nil, yes: Bool) throws {
        if yes { return }
        if let path { _ = try admin.send(.get, path) }
        guard Question.isPossible else {
            throw CommandFailure(
                .usage, "there is no terminal to ask: \(question)", try: "repeat the command with --yes")
        }
        guard Question.isYes(question) else { throw CommandFailure(.usage, "nothing was changed") }
    }
}

extension Name: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Paint.Choice: ExpressibleByArgument {}
