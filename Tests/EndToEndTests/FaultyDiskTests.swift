import Foundation
import Synchronization
import Testing

/// Errors, torn writes and ends of power, at any of the calls by which something gets onto the disk.
@Suite(.realProcesses, .serialized, .enabled(if: FaultyDisk.isThere, "the disk that fails was not built"))
struct FaultyDiskTests {
    @Test func `whatever the disk does, everything acknowledged is there`() throws {
        let wanted = ProcessInfo.processInfo.environment
        let number = { (name: String) in wanted["KEYTURN_DISK_\(name)"].flatMap { Int($0) } }
        let seed = UInt64(number("SEED") ?? 1)
        let numbers = number("CASE").map { $0..<($0 + 1) } ?? 0..<(number("CASES") ?? 40)
        let left = Mutex((next: numbers.lowerBound, struck: 0, lines: [String]()))
        // A line as soon as its case is over: a long run can be looked at, and ended, in between.
        let results = try wanted["KEYTURN_DISK_FILE"].map { path in
            try Data().write(to: URL(filePath: path))
            return try FileHandle(forWritingTo: URL(filePath: path))
        }
        let workers = (0..<min(number("JOBS") ?? 3, numbers.count)).map { _ in
            Worker {
                let bench = try MatrixBench()
                defer { bench.world.close() }
                let run = try DiskRun(on: bench)
                let calls = try run.calls()
                while let number = left.withLock({ left -> Int? in
                    defer { left.next += 1 }
                    return left.next < numbers.upperBound ? left.next : nil
                }) {
                    let scenario = DiskCase(number: number, seed: seed)
                    let start = ContinuousClock.now
                    var line = "\(number) \(scenario)"
                    do {
                        let (end, struck) = try run.outcome(scenario, of: calls)
                        line +=
                            " calls=\(calls) struck=\(struck) end=\(end) ms=\((ContinuousClock.now - start) / .milliseconds(1)) passed"
                        left.withLock { $0.struck += min(struck, 1) }
                    } catch {
                        line += " failed: \(error)"
                    }
                    try left.withLock { left in
                        left.lines.append(line)
                        try results?.write(contentsOf: Data((line.replacing("\n", with: " ") + "\n").utf8))
                    }
                    bench.sweep()
                }
            }
        }
        for worker in workers { try worker.wait() }
        let lines = left.withLock { $0.lines }
        for line in lines where !line.hasSuffix(" passed") {
            let number = line.prefix { $0 != " " }
            Issue.record("\(line)\n  again: scripts/faulty-disk --case \(number) --seed \(seed)")
        }
        let struck = left.withLock { $0.struck }
        #expect(struck > numbers.count / 2 || numbers.count < 8, "only \(struck) were struck")
    }
}
