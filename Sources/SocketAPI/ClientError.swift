package import Domain
import Glibc
import System

/// Why there is no usable answer.
package enum ClientError: Advised, Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no socket at this path, nor at the other one that was tried.
    case notRunning(path: String, nor: String? = nil)
    /// There is a socket, but nothing listens on it, for example after a daemon was killed.
    case notListening(path: String)
    case permissionDenied(path: String, nor: String? = nil)
    /// An untrusted user listens on the socket. Nothing was sent.
    case stranger(path: String, user: Int)
    /// The path is too long for a socket address.
    case pathTooLong(path: String)
    case timedOut
    /// The daemon closed the connection before its answer was complete: it was killed, or systemd, which holds the
    /// socket, could not start it.
    case closedEarly
    /// The answer is not one of a Keyturn daemon; the value names the part.
    case malformedAnswer(String)
    case answerTooLarge
    /// The system refused a call on the socket.
    case failed(errno: Int32)
    /// The daemon answered with a refusal.
    case problem(Problem)

    package var advice: Advice {
        switch self {
        case .notRunning(let path, let other):
            Advice(
                "the daemon is not running: there is no socket at \(path)\(other.map { ", nor at \($0)" } ?? "")",
                try: Self.start(path, Paths.restart))
        case .notListening(let path):
            Advice(
                "the daemon is not running: nothing listens at \(path)",
                try: Self.start(path, "systemctl start keyturnd"))
        case .permissionDenied(let path, let own):
            Advice(
                "this user may not open the socket at \(path)\(own.map { ", and has none at \($0)" } ?? "")",
                try: Self.isSystems(path)
                    ? "run as root or as the daemon's user, or as a member of a group with a role: admin.viewer_group and so on in keyturn.yaml"
                    : "run as root or as the daemon's user")
        case .stranger(let path, let user):
            Advice(
                "user \(user) listens at \(path), who is neither root nor you nor the vault's owner; nothing was sent",
                try: "ls -l \(path); if that user's vault is meant, name its directory with --state-dir")
        case .pathTooLong(let path):
            Advice(
                "the socket path is longer than \(UnixStream.longestPath) bytes: \(path)",
                try: "choose a shorter --runtime-dir")
        case .timedOut:
            Advice("the daemon did not answer in time", try: "see the daemon's log: journalctl -u keyturnd")
        case .closedEarly:
            Advice(
                "the daemon closed the connection before its answer was complete: it stopped, or refuses more connections of this user",
                try: "see the daemon's log: journalctl -u keyturnd")
        case .malformedAnswer(let part):
            Advice(
                "the answer is not from a Keyturn daemon: \(part)",
                try: "check that the client and the daemon have the same version")
        case .answerTooLarge: Advice("the daemon's answer is too large")
        case .failed(let code): Advice("the socket failed: \(SystemError.words(for: code))")
        case .problem(let problem): problem.advice
        }
    }

    package var description: String { detail }

    private static func start(_ path: String, _ command: String) -> String {
        (isSystems(path) ? command + ";" : "start it with 'keyturnd serve',")
            + " or name its sockets with --runtime-dir"
    }

    private static func isSystems(_ path: String) -> Bool { path.hasPrefix(Paths.systemRuntimeDirectory + "/") }
}
