import Foundation
import Synchronization
import Testing

/// Runs each test of a suite as one job on a thread that may wait, and no more than four at once: these tests start
/// processes and sit until something happens, which the threads of Swift's own pool are not for.
struct RealProcesses: TestTrait, SuiteTrait, TestScoping {
    let isRecursive = true

    func scopeProvider(for test: Test, testCase: Test.Case?) -> RealProcesses? { testCase == nil ? nil : self }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(WaitingThreads.shared) {
            let start = ContinuousClock.now
            defer { Self.times?.append("\(Int((ContinuousClock.now - start) / .milliseconds(1))) ms  \(test.name)\n") }
            try await body()
        }
    }

    /// `KEYTURN_TEST_TIMES`: a file for how long each test took, without the time in which it waited for its place.
    private static let times = ProcessInfo.processInfo.environment["KEYTURN_TEST_TIMES"].map(Times.init)

    private final class Times: Sendable {
        private let file: Mutex<FileHandle?>

        init(_ path: String) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            file = Mutex(FileHandle(forWritingAtPath: path))
        }

        func append(_ line: String) { file.withLock { try? $0?.write(contentsOf: Data(line.utf8)) } }
    }
}

extension Trait where Self == RealProcesses {
    static var realProcesses: RealProcesses { RealProcesses() }
}

private final class WaitingThreads: TaskExecutor {
    static let shared = WaitingThreads()
    private let queue = OperationQueue()

    private init() { queue.maxConcurrentOperationCount = 4 }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.addOperation { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
