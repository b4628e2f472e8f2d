import Foundation

/// What an operator does in a day, on a disk that may fail: an app and a client more, a secret and the vault's key rotated,
/// a way in added, a backup, the vault locked and unlocked. What was reported as done is remembered.
struct DiskTour {
    let bench: MatrixBench
    let disk: FaultyDisk
    /// A second app of Zoom's.
    let second: ZoomApp
    private(set) var done: Set<String> = []
    private var world: World { bench.world }
    var keyFile: String { world.directory + "/keys/second" }
    var backup: String { world.directory + "/backups/tour.db" }

    init(_ bench: MatrixBench, _ disk: FaultyDisk, second: ZoomApp) {
        (self.bench, self.disk, self.second) = (bench, disk, second)
    }

    /// - Returns: why the daemon did not start; `nil` when it did, or was killed.
    mutating func run() throws -> Outcome? {
        for directory in ["keys", "backups"] {
            let path = world.directory + "/" + directory
            try? FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            try Files.set(path, 0o700)
        }
        do {
            guard try world.launch(bench.clock.environment.merging(disk.environment) { $1 }) else { return nil }
        } catch {
            return try world.daemon.outcome(seconds: 1)
        }
        take("client", try keyturn(["client", "add", "late", "--uid", "1", "--allow", "*:token"]))
        MatrixPromise(bench: bench).begin()
        try lookOn()
        take("app", try keyturn(try world.adding("second", second), input: second.secret))
        take("key", try keyturn(["key", "add", "--key-file", keyFile]))
        take("backup", try keyturn(["backup", backup]))
        try lookOn()
        take("epoch", try keyturn(["key", "rotate"]))
        try lookOn()
        if try keyturn(["lock"]) {
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            _ = try keyturn(["unlock", "--recovery-stdin"], input: recovery)
        }
        try lookOn()
        return nil
    }

    private mutating func take(_ step: String, _ isDone: Bool) {
        if isDone { done.insert(step) }
    }

    private func keyturn(_ arguments: [String], input: String? = nil) throws -> Bool {
        guard try world.daemon.child.isRunning else { return false }
        let outcome = try world.runner.run(Programs.keyturn, arguments, input: input, environment: disk.environment)
        let wasKilled = outcome.exit == 128 + SIGKILL
        guard outcome.exit == 0 || wasKilled || outcome.complains() else {
            throw BrokenPromise("keyturn \(arguments.prefix(2)): \(outcome)")
        }
        return outcome.exit == 0
    }

    /// Lets the rotation go on for a while. Whatever is handed out meanwhile, Zoom takes.
    private func lookOn() throws {
        for _ in 0..<12 {
            do {
                let secret = try world.get("/v1/apps/zoom-prod/credentials").json["client_secret"].string
                if let secret, try !bench.mints(with: secret) {
                    throw BrokenPromise("Zoom refuses the secret that is handed out")
                }
                guard let open = try world.ask("GET", "/v1/rotations").json["rotations"].elements.first else { return }
                if let due = open["due_at"].unixSeconds, due > bench.clock.now {
                    try bench.pass(due - bench.clock.now)
                } else {
                    usleep(5_000)
                }
            } catch let error as BrokenPromise {
                throw error
            } catch {
                guard try world.daemon.child.isRunning else { return }
                usleep(5_000)
            }
        }
    }
}
