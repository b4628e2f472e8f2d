import Foundation
import Synchronization
import TestSupport
import Testing

/// Sees everything that the daemons of the tests answer, whoever asks, and holds it against `schema/openapi.yaml`: a library that
/// is preloaded into them (`Tests/AnswerTap`) shows it to a process (`scripts/answers.d/answers.py`), in memory alone.
final class AnswerTap: Sendable {
    struct Verdict: Decodable {
        let answers: Int
        let faults: [String]
    }

    /// `nil` where what it needs is not here. Programs under a sanitizer have calls of their own before those of the C library.
    static let shared: AnswerTap? = {
        let library = Programs.ofTheTests + "/libAnswerTap.so"
        guard Files.exists(library), !Programs.ofTheTests.contains("/.build-") else { return nil }
        return try? AnswerTap(library)
    }()

    static let missing: Comment = "the tap needs python3-jsonschema, python3-yaml, and a build without a sanitizer"
    static let program = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "scripts/answers.d/answers.py").path

    /// What a daemon is started with.
    let environment: [String: String]
    private let pipes: Mutex<(input: FileHandle, output: FileHandle)>
    /// Ends with its input, which is closed when this process ends, whatever ends it.
    private let process = Process()

    private init(_ library: String) throws {
        // The dynamic linker takes a space in a name for the end of it. The process removes what is here when it ends.
        let directory = "/tmp/kt-tap-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let (preloaded, socket) = (directory + "/tap.so", directory + "/socket")
        try FileManager.default.copyItem(atPath: library, toPath: preloaded)
        environment = ["LD_PRELOAD": preloaded, "ANSWER_TAP": socket]
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-W", "ignore", Self.program, socket]
        (process.standardInput, process.standardOutput) = (input, output)
        // Whoever inherited it would keep the process alive.
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try process.run()
        pipes = Mutex((input.fileHandleForWriting, output.fileHandleForReading))
        guard try pipes.withLock({ try Self.line($0.output) }) == Data("ready\n".utf8) else {
            throw HarnessError("answers.py ended: apt-get install python3-jsonschema python3-yaml")
        }
    }

    /// What the daemons of a state directory answered that is not as it is described. They must have ended.
    func verdict(on state: String) throws -> Verdict {
        let line = try pipes.withLock { pipes in
            try pipes.input.write(contentsOf: Data((state + "\n").utf8))
            return try Self.line(pipes.output)
        }
        return try JSONDecoder().decode(Verdict.self, from: line)
    }

    private static func line(_ output: FileHandle) throws -> Data {
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let more = output.availableData
            if more.isEmpty { return line }
            line += more
        }
        return line
    }
}
