import Foundation
import Testing

/// Cases out of the whole product of what can go wrong while a secret is replaced, each with a daemon that is killed.
/// In the gate a few hundred; with `scripts/crash-matrix` as many as wanted.
@Suite(.realProcesses, .serialized) struct CrashMatrixTests {
    @Test func `whatever crashes, the secret that clients get works`() throws {
        let wanted = ProcessInfo.processInfo.environment
        let number = { (name: String) in wanted["KEYTURN_MATRIX_\(name)"].flatMap { Int($0) } }
        let seed = UInt64(number("SEED") ?? 1)
        let numbers = number("CASE").map { $0..<($0 + 1) } ?? 0..<(number("CASES") ?? 80)
        let log = try MatrixLog(seed: seed, numbers: numbers, path: wanted["KEYTURN_MATRIX_FILE"])

        let workers = (0..<min(number("JOBS") ?? 3, numbers.count)).map { _ in
            Worker {
                let bench = try MatrixBench()
                defer { bench.world.close() }
                while let scenario = log.take() {
                    var run = MatrixRun(scenario, on: bench)
                    log.record(scenario, run.outcome())
                    bench.sweep()
                }
            }
        }
        for worker in workers { try worker.wait() }
        for line in log.failures {
            let number = line.prefix { $0 != " " }
            Issue.record("\(line)\n  again: scripts/crash-matrix --case \(number) --seed \(seed)")
        }
        #expect(log.kills > numbers.count / 4 || numbers.count < 50, "only \(log.kills) kills")
    }
}
