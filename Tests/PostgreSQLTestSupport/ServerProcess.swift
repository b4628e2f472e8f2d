import Foundation
import TestSupport

/// A server that ends when this object does, or when this process does: a shell beside it waits for the end of a socket, and then
/// ends the server and removes its directory.
final class ServerProcess: Sendable {
    private let pid: pid_t
    private let leash: CInt

    /// To PostgreSQL, SIGQUIT is the fast way to end, and SIGTERM after it does nothing. A program of the shell's that does not handle
    /// SIGQUIT never gets it.
    private static let script = """
        exec 3<&0 </dev/null
        directory=$1
        shift
        "$@" 3<&- &
        server=$!
        read -r word <&3
        kill -QUIT $server
        kill -TERM $server
        wait $server
        [ "$word" = stay ] || rm -rf "$directory"
        """

    convenience init(_ owner: ClusterOwner, _ directory: String, _ port: Int) throws {
        try self.init(owner, directory, owner.words("postgres", ["-D", directory + "/data"]).suffix(3), log: "log")
    }

    /// - Parameter command: a program and its arguments, run as the owner.
    init(_ owner: ClusterOwner, _ directory: String, _ command: [String], log: String) throws {
        var ends: [CInt] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw ClusterError("no socket")
        }
        defer { close(ends[0]) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        unsafe posix_spawn_file_actions_addopen(
            &actions, 1, "\(directory)/\(log)", O_WRONLY | O_CREAT | O_APPEND, 0o644)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let words = owner.words("/bin/sh", ["-c", Self.script, "sh", directory] + command)
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        var variables = unsafe ["PATH=/usr/bin:/bin", "LC_ALL=C"].map { (text: String) in unsafe strdup(text) } + [nil]
        defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
        // A thread of Dispatch blocks signals, and a shell that cannot get SIGCHLD waits for ever.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pid: pid_t = 0
        let outcome = unsafe posix_spawn(&pid, words[0], &actions, &attributes, &arguments, &variables)
        guard outcome == 0 else {
            close(ends[1])
            throw ClusterError("cannot start \(words[0]): error \(outcome)")
        }
        self.pid = pid
        leash = ends[1]
    }

    deinit {
        // Reaches the shell even if a program that another test started meanwhile has the socket too.
        shutdown(leash, CInt(SHUT_RDWR))
        close(leash)
        // Waits, so that the directory is gone.
        var status: CInt = 0
        unsafe waitpid(pid, &status, 0)
    }

    /// Leaves the directory when it ends, for the next server.
    func leaveDirectory() {
        let word = Array("stay\n".utf8)
        unsafe write(leash, word, word.count)
    }
}
