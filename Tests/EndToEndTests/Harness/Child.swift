import Foundation
import Synchronization
import TestSupport

/// A process that was started here, and that ends with its owner at the latest.
final class Child: Sendable {
    enum Ending: Equatable { case exit(Int32), signal(Int32) }

    let pid: pid_t
    private let ending = Mutex<Ending?>(nil)

    /// - Parameters:
    ///   - input: descriptor to read from; `nil` for nothing to read.
    ///   - output, errors: files to append to.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], input: Int32? = nil, output: String,
        errors: String
    ) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)

        var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let outcome = unsafe posix_spawnp(&pid, program, &actions, nil, &words, &variables)
        guard outcome == 0 else { throw HarnessError("cannot start \(program): error \(outcome)") }
        self.pid = pid
    }

    deinit { end() }

    var isRunning: Bool { poll() == nil }

    /// How it ended; `nil` while it runs.
    func poll() -> Ending? {
        ending.withLock { ending in
            if ending == nil {
                var status: Int32 = 0
                guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return nil }
                ending = status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
            }
            return ending
        }
    }

    /// Waits for its end.
    func wait(seconds: Double = Patience.seconds) throws -> Ending {
        try eventually("process \(pid) to end", seconds: seconds) { poll() }
    }

    func signal(_ number: Int32) { if isRunning { kill(pid, number) } }

    /// Kills it if need be, and waits until the kernel has let go of all that it held.
    func end() {
        signal(SIGKILL)
        _ = try? wait()
    }
}
