import Foundation
import Synchronization

/// The results of a matrix: a line for each case, in a file or in memory only. A run that was stopped goes on where it
/// stood.
final class MatrixLog: Sendable {
    private struct State {
        var done: Set<Int> = []
        var next = 0
        var failures: [String] = []
        var kills = 0
    }

    private let seed: UInt64
    private let numbers: Range<Int>
    private let file: FileHandle?
    private let state = Mutex(State())

    init(seed: UInt64, numbers: Range<Int>, path: String?) throws {
        self.seed = seed
        self.numbers = numbers
        guard let path else {
            file = nil
            return
        }
        let known = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let head = "# seed \(seed)"
        guard known.isEmpty || known.hasPrefix(head + "\n") else { throw HarnessError("\(path) is of another seed") }
        if known.isEmpty { try Data((head + "\n").utf8).write(to: URL(filePath: path)) }
        file = try FileHandle(forWritingTo: URL(filePath: path))
        // What was cut off by a kill is written again.
        let whole = known.lastIndex(of: "\n").map { known[...$0] } ?? "\(head)\n"
        try file?.truncate(atOffset: UInt64(whole.utf8.count))
        try file?.seekToEnd()
        state.withLock { state in
            for line in whole.split(separator: "\n") {
                guard let word = line.split(separator: " ").first, let number = Int(word) else { continue }
                state.done.insert(number)
            }
        }
    }

    /// The next case to run; `nil` when there is none left.
    func take() -> MatrixCase? {
        state.withLock { state in
            while state.next < numbers.count {
                let number = numbers.lowerBound + state.next
                state.next += 1
                if !state.done.contains(number) { return MatrixCase(number: number, seed: seed) }
            }
            return nil
        }
    }

    func record(_ scenario: MatrixCase, _ outcome: MatrixOutcome) {
        let verdict = outcome.failure.map { "failed: \($0.replacing("\n", with: " "))" } ?? "passed"
        let line = """
            \(scenario.number) \(scenario.description) killed=\(outcome.kills) end=\(outcome.state) \
            calls=\(outcome.densest) ms=\(outcome.milliseconds) \(verdict)
            """
        state.withLock { state in
            state.kills += outcome.kills
            if outcome.failure != nil { state.failures.append(line) }
            try? file?.write(contentsOf: Data((line + "\n").utf8))
        }
    }

    var failures: [String] { state.withLock { $0.failures } }
    var kills: Int { state.withLock { $0.kills } }
}
