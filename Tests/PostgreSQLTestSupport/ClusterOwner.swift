import Foundation

/// As whom a server runs, which root may not, and where PostgreSQL's programs are.
struct ClusterOwner: Sendable {
    let uid: uid_t
    let gid: gid_t
    let programs: String

    static let current = Result { try ClusterOwner() }

    private init() throws {
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? [])
            .compactMap { Int($0) }.filter { version in
                version >= 15
                    && FileManager.default.isExecutableFile(atPath: "/usr/lib/postgresql/\(version)/bin/initdb")
            }
        guard let newest = versions.max() else {
            throw ClusterError("there is no PostgreSQL 15 or later: apt-get install postgresql")
        }
        programs = "/usr/lib/postgresql/\(newest)/bin/"
        guard geteuid() == 0 else {
            (uid, gid) = (geteuid(), getegid())
            return
        }
        // A user that has an entry: initdb asks for its name.
        guard let entry = unsafe getpwnam("postgres") ?? getpwnam("nobody") else {
            throw ClusterError("there is no user for the server besides root")
        }
        (uid, gid) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }

    func makeDirectory() throws -> String {
        var template = Array("/tmp/keyturn-test-pg-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw ClusterError("cannot make a directory") }
        let path = unsafe String(cString: made)
        if geteuid() == 0 { unsafe chown(path, uid, gid) }
        return path
    }

    /// The words that run a program as this user.
    func words(_ program: String, _ arguments: [String]) -> [String] {
        let path = program.contains("/") ? program : programs + program
        let user =
            geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid", "\(uid)", "--regid", "\(gid)", "--clear-groups"] : []
        return user + [path] + arguments
    }

    func output(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try Self.run(words(program, arguments))
    }

    /// Runs a program to its end, and reads all that it says.
    static func run(_ words: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    func status(_ program: String, _ arguments: [String]) throws -> Int32 { try output(program, arguments).status }

    func run(_ program: String, _ arguments: [String]) throws {
        let (status, output) = try output(program, arguments)
        guard status == 0 else { throw ClusterError("\(program): \(output)") }
    }
}
