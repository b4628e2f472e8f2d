import Foundation
import TestSupport

/// What a program did that ran to its end.
struct Outcome: Sendable {
    let exit: Int32
    let output: String
    let errors: String

    /// The one document on standard output.
    var json: JSON {
        get throws {
            guard output.hasSuffix("\n"), output.dropLast().contains("\n") == false else {
                throw HarnessError("not one line of JSON: \(output)\(errors)")
            }
            return try JSON(Array(output.utf8))
        }
    }

    /// Whether standard error holds one complaint of the program's, with a hint or without.
    func complains(as program: String = "keyturn") -> Bool {
        let lines = errors.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, first.hasPrefix("\(program): "), lines.last == "" else { return false }
        return lines.count == 2 || (lines.count == 3 && lines[1].hasPrefix("  try: "))
    }
}

/// Runs programs to their end, and keeps what each of them wrote in a directory.
final class Runner: Sendable {
    let directory: String
    let environment: [String: String]

    init(directory: String, environment: [String: String]) throws {
        self.directory = directory
        self.environment = environment
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    /// A program that runs. With `input`, it has that on standard input and then the end of it.
    func start(
        _ program: String, _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
    ) throws -> Running {
        let name = directory + "/" + UUID().uuidString.prefix(13)
        let descriptor = try input.map { try Self.reading($0) }
        defer { if let descriptor { close(descriptor) } }
        let child = try Child(
            program, arguments, environment: self.environment.merging(environment) { $1 }, input: descriptor,
            output: name + ".out", errors: name + ".err")
        return Running(child: child, output: name + ".out", errors: name + ".err")
    }

    func run(
        _ program: String, _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
    ) throws -> Outcome {
        try start(program, arguments, input: input, environment: environment).outcome()
    }

    /// A descriptor that reads `text` and then the end. Not a pipe: a socket that another process inherits at the wrong
    /// moment still ends when it is told to.
    private static func reading(_ text: String) throws -> Int32 {
        var ends: [Int32] = [0, 0]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw HarnessError("no pair of sockets")
        }
        defer { close(ends[1]) }
        guard unsafe write(ends[1], text, text.utf8.count) == text.utf8.count else { throw HarnessError("a full pipe") }
        shutdown(ends[1], Int32(SHUT_WR))
        return ends[0]
    }
}

/// A program under way, and where it writes.
struct Running: Sendable {
    let child: Child
    let output: String
    let errors: String

    /// Waits for its end. A program that was killed by a signal ends as a shell says it: 128 and the signal.
    func outcome(seconds: Double = Patience.seconds) throws -> Outcome {
        let ending = try child.wait(seconds: seconds)
        let code: Int32 =
            switch ending {
            case .exit(let code): code
            case .signal(let number): 128 + number
            }
        return Outcome(exit: code, output: try text(output), errors: try text(errors))
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}
