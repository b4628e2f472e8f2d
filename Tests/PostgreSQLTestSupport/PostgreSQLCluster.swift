import Foundation
import Synchronization
import TestSupport

/// A cluster of PostgreSQL in a directory of its own, on a Unix socket and on 127.0.0.1. It ends with its last user, and with the
/// test's process however that ends.
package final class PostgreSQLCluster: Sendable {
    /// One for all tests that need a database only.
    package static let shared = Result { try PostgreSQLCluster() }

    /// The superuser, whom the server admits without a password.
    package static let superuser = "postgres"

    /// The directory of the socket, of the data (`data`) and of the log.
    package let directory: String
    package let port: Int
    private let owner: ClusterOwner
    private let server: Mutex<ServerProcess?>
    private let databases = Mutex(0)

    /// - Parameters:
    ///   - settings: lines for postgresql.conf.
    ///   - access: lines for pg_hba.conf, before those that admit everybody.
    ///   - files: more files of the data directory.
    package init(settings: [String] = [], access: [String] = [], files: [String: String] = [:]) throws {
        owner = try ClusterOwner.current.get()
        let template = try Self.template.get().directory
        directory = try owner.makeDirectory()
        port = try Self.freePort()
        server = Mutex(nil)
        try owner.run("/bin/cp", ["-a", template + "/data", directory + "/data"])
        for (name, text) in files {
            let path = "\(directory)/data/\(name)"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            unsafe chmod(path, 0o600)
            unsafe chown(path, owner.uid, owner.gid)
        }
        try configure(settings)
        if !access.isEmpty {
            let path = directory + "/data/pg_hba.conf"
            let rest = try String(contentsOfFile: path, encoding: .utf8)
            try (access.joined(separator: "\n") + "\n" + rest).write(toFile: path, atomically: false, encoding: .utf8)
        }
        try start()
    }

    deinit { server.withLock { $0 = nil } }

    // MARK: The server

    package func start() throws {
        server.withLock { server in
            server?.leaveDirectory()
            server = nil
        }
        let process = try ServerProcess(owner, directory, port)
        server.withLock { $0 = process }
        try eventually("the cluster in \(directory)") {
            if let log = try? log, log.contains("FATAL:  could not") {
                throw ClusterError("the server did not start: \(log)")
            }
            return try owner.status(
                "pg_isready", ["-q", "-h", directory, "-p", "\(port)", "-U", Self.superuser, "-d", "postgres"]) == 0
        }
    }

    private var postmaster: pid_t {
        get throws {
            let pid = try String(contentsOfFile: directory + "/data/postmaster.pid", encoding: .utf8)
                .split(separator: "\n").first.flatMap { pid_t($0) }
            guard let pid else { throw ClusterError("the server has no pid") }
            return pid
        }
    }

    /// Shuts it down without waiting for clients, and waits for its end. The directory stays.
    /// - Parameter isCrash: without a checkpoint, as after a power cut.
    package func stop(isCrash: Bool = false) throws {
        kill(try postmaster, isCrash ? SIGQUIT : SIGINT)
        try eventually("the server to end") {
            !FileManager.default.fileExists(atPath: directory + "/data/postmaster.pid")
        }
    }

    /// Has all processes of the server stand still meanwhile: connections are accepted by the kernel, and nobody answers.
    package func standingStill(_ body: () throws -> Void) throws {
        let server = try postmaster
        // The first one first: it would start others.
        kill(server, SIGSTOP)
        let all = [server] + (try children(of: server))
        for pid in all { kill(pid, SIGSTOP) }
        defer { for pid in all.reversed() { kill(pid, SIGCONT) } }
        try body()
    }

    private func children(of server: pid_t) throws -> [pid_t] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter { pid in
            guard let line = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let end = line.lastIndex(of: ")")
            else { return false }
            return line[end...].split(separator: " ").dropFirst(2).first.flatMap { pid_t($0) } == server
        }
    }

    package var log: String { get throws { try String(contentsOfFile: directory + "/log", encoding: .utf8) } }

    private func configure(_ settings: [String]) throws {
        let lines =
            [
                "listen_addresses = '127.0.0.1'", "port = \(port)", "unix_socket_directories = '\(directory)'",
                "fsync = off", "full_page_writes = off", "shared_buffers = 16MB", "max_connections = 100",
                "autovacuum = off", "logging_collector = off",
            ] + settings
        let path = directory + "/data/postgresql.conf"
        let old = try String(contentsOfFile: path, encoding: .utf8)
        try (old + lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// Puts lines before all others of pg_hba.conf, and has the server read it.
    package func admit(_ lines: String) throws {
        let path = directory + "/data/pg_hba.conf"
        let rest = try String(contentsOfFile: path, encoding: .utf8)
        try (lines + "\n" + rest).write(toFile: path, atomically: false, encoding: .utf8)
        try reload()
    }

    package func reload() throws { try sql("SELECT pg_reload_conf()", in: "postgres") }

    /// Shows another of the certificates among its files from now on: `NAME.crt` with `NAME.key`.
    package func showCertificate(_ name: String) throws {
        try sql("ALTER SYSTEM SET ssl_cert_file = '\(name).crt'", in: "postgres")
        try sql("ALTER SYSTEM SET ssl_key_file = '\(name).key'", in: "postgres")
        try reload()
        try eventually("the certificate \(name)") { try sql("SHOW ssl_key_file", in: "postgres") == "\(name).key" }
    }

    /// Where createuser, createdb and psql are.
    package var programs: String { owner.programs }

    // MARK: Databases

    /// Makes an empty database.
    package func makeDatabase() throws -> String {
        let name = databases.withLock { count in
            count += 1
            return "db\(count)"
        }
        try sql("CREATE DATABASE \(name)", in: "postgres")
        return name
    }

    /// The URL of a database over the Unix socket.
    package func url(_ database: String, role: String = PostgreSQLCluster.superuser) -> String {
        "postgresql://\(role)@/\(database)?host=\(directory)&port=\(port)"
    }

    /// The URL of a database over TCP.
    package func loopback(
        _ database: String, role: String = PostgreSQLCluster.superuser, port: Int? = nil, host: String = "127.0.0.1",
        options: String = ""
    ) -> String { "postgresql://\(role)@\(host):\(port ?? self.port)/\(database)\(options)" }

    /// Runs statements with psql: the independent witness.
    @discardableResult package func sql(_ sql: String, in database: String) throws -> String {
        let (status, output) = try owner.output(
            "psql",
            [
                "-h", directory, "-p", "\(port)", "-U", Self.superuser, "-d", database, "-AtXq", "-v",
                "ON_ERROR_STOP=1", "-c",
                sql,
            ])
        guard status == 0 else { throw ClusterError("psql: \(output)") }
        return output.trimmingCharacters(in: .newlines)
    }

    // MARK: Making one

    /// A cluster that is copied and never started. Its directory goes with this process.
    private static let template = Result<(directory: String, process: ServerProcess), any Error> {
        let owner = try ClusterOwner.current.get()
        let directory = try owner.makeDirectory()
        let process = try ServerProcess(owner, directory, ["/bin/sleep", "infinity"], log: "log")
        try owner.run(
            "initdb",
            [
                "-D", directory + "/data", "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync",
                "--no-instructions", "--wal-segsize=1",
            ])
        return (directory, process)
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard unsafe bind(descriptor, pointer, length) == 0,
                    unsafe getsockname(descriptor, pointer, &length) == 0
                else {
                    return 0
                }
                return 1
            }
        }
        guard port == 1 else { throw ClusterError("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

package struct ClusterError: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
