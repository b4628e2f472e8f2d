import Foundation
import TestSupport

/// Does for the daemon what systemd's socket units do: listens at both sockets, passes them on, and starts the daemon
/// again when it has ended and somebody connects.
struct Activator {
    private static let script = #"""
        import os, select, socket, sys
        names, mode, runtime, stop = sys.argv[1].split(":"), int(sys.argv[2], 8), sys.argv[3], sys.argv[4]
        sockets = []
        for index, name in enumerate(names):
            one = socket.socket(socket.AF_UNIX)
            path = f"{runtime}/{name}/{name}.sock"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.chmod(os.path.dirname(path), 0o700 if name == "admin" else 0o755)
            one.bind(path)
            os.chmod(path, mode if name == "agent" else 0o600)
            one.listen(64)
            sockets.append(one)
        while not os.path.exists(stop):
            child = os.fork()
            if child == 0:
                high = [os.dup2(one.fileno(), 100 + index) for index, one in enumerate(sockets)]
                for index, descriptor in enumerate(high):
                    os.dup2(descriptor, 3 + index)
                    os.close(descriptor)
                os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(names)), LISTEN_FDNAMES=":".join(names))
                os.execv(sys.argv[5], sys.argv[5:])
            print("started", child, flush=True)
            _, status = os.waitpid(child, 0)
            print("ended", os.waitstatus_to_exitcode(status), flush=True)
            while not os.path.exists(stop) and not select.select(sockets, [], [], 0.1)[0]:
                pass
        """#

    let running: Running
    private let stop: String

    /// - Parameters:
    ///   - names: of the sockets, in the order in which they are passed on.
    ///   - mode: of the agent socket.
    init(_ world: World, _ names: String = "agent:admin", mode: Int = 0o666, environment: [String: String] = [:]) throws
    {
        stop = world.directory + "/stop"
        try FileManager.default.createDirectory(
            atPath: world.runtime, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        running = try world.runner.start(
            "python3",
            [
                "-c", Self.script, names, String(mode, radix: 8), world.runtime, stop, Programs.keyturnd, "serve",
                "--key-file", world.keyFile,
            ], environment: environment)
        _ = try daemon()
    }

    /// Lines that it has said so far: `started PID`, `ended STATUS`.
    var lines: [String] {
        get throws {
            try String(contentsOfFile: running.output, encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    /// What the daemons have said on standard error.
    var log: String { get throws { try String(contentsOfFile: running.errors, encoding: .utf8) } }

    /// The daemon that runs now, once its number is another than `before`.
    func daemon(after before: pid_t? = nil) throws -> pid_t {
        try eventually("the daemon to be started") {
            let pid = try lines.last { $0.hasPrefix("started ") }.flatMap { pid_t($0.dropFirst(8)) }
            return pid == before ? nil : pid
        }
    }

    /// Ends the daemon and starts no other.
    func end() throws {
        try Data().write(to: URL(filePath: stop))
        if try lines.last?.hasPrefix("started ") == true { kill(try daemon(), SIGTERM) }
        _ = try running.outcome()
    }
}
