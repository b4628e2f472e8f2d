import ArgumentParser
import Glibc
import Names
import SecretMemory
import SocketAPI
import TerminalInput

/// What every command takes, and the way to the daemon.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print one JSON document and nothing else.")
    var json = false

    @Option(help: ArgumentHelp("Where the daemon's sockets are.", valueName: "dir"))
    var runtimeDir: String?

    @Option(help: ArgumentHelp("Where the daemon's vault is; its sockets may be found from there.", valueName: "dir"))
    var stateDir: String?

    var places: Places {
        Places(
            stateDirectory: stateDir, runtimeDirectory: runtimeDir,
            environment: { name in
                guard let value = unsafe getenv(name) else { return nil }
                return unsafe String(cString: value)
            }, isRoot: geteuid() == 0)
    }

    var admin: SocketClient { SocketClient(path: places.adminSocket) }
    var agent: SocketClient { SocketClient(path: places.agentSocket) }

    /// Asks, and shows the answer: as it came with `--json`, else in the words of `show`.
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

    /// For answers without a body: `done` in words, or `{"done": …}` as JSON.
    func show(_ answer: consuming Answer, done: String) throws {
        if let problem = answer.problem { throw CommandFailure(.problem(problem)) }
        if json {
            StandardOutput.write("{\"done\":\"\(done)\"}\n")
        } else {
            StandardOutput.write(done + "\n")
        }
    }

    /// Asks whether to go on. Without a terminal and without `--yes` the answer is no.
    func confirm(_ question: String, yes: Bool) throws {
        if yes { return }
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw CommandFailure(.usage, "not done without being asked: \(question)", try: "the same with --yes")
        }
        _ = unsafe write(STDERR_FILENO, question + " [y/N] ", question.utf8.count + 7)
        guard let line = readLine(), ["y", "yes"].contains(line.lowercased()) else {
            throw CommandFailure(.usage, "nothing was changed")
        }
    }
}

extension Name: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
