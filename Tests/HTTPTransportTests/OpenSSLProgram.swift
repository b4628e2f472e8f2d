import Foundation
import Glibc

/// A run of the `openssl` program, ended with its owner and after ten minutes at the latest. What it says goes to a
/// file, so that no pipe can be held open by what other tests start.
final class OpenSSLProgram {
    private let pid: pid_t
    private let output: String
    private var isRunning = true

    init(_ arguments: [String], output: String) throws {
        self.output = output
        var files = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&files)
        defer { unsafe posix_spawn_file_actions_destroy(&files) }
        unsafe posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&files, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        unsafe posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0)
        // Swift's own threads block signals, and a program begins with the mask of the thread that starts it.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = ["timeout", "600", "openssl"] + arguments
        var pointers = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let code = unsafe posix_spawnp(&pid, "timeout", &files, &attributes, &pointers, environ)
        guard code == 0 else { throw POSIXError(.ENOEXEC) }
        self.pid = pid
    }

    deinit {
        kill(pid, SIGTERM)
        wait()
    }

    var said: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

    func wait() {
        if isRunning { waitpid(pid, nil, 0) }
        isRunning = false
    }
}
