import Foundation
import TestSupport
import Testing

/// What a daemon that somebody has taken over could do, and what the programs could that it starts.
@Suite(.realProcesses) struct ConfinementTests {
    /// What the kernel says of each thread of a process.
    private static func threads(of pid: pid_t) throws -> [[String: String]] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").map { thread in
            let text = try String(contentsOfFile: "/proc/\(pid)/task/\(thread)/status", encoding: .utf8)
            return text.split(separator: "\n").reduce(into: [:]) { values, line in
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { values[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
            }
        }
    }

    private static func check(_ pid: pid_t, capabilities: UInt64) throws {
        let threads = try threads(of: pid)
        #expect(threads.count > 3, "it has its threads by now")
        for thread in threads {
            #expect(thread["NoNewPrivs"] == "1" && thread["Seccomp"] == "2", "\(thread["Name"] ?? "")")
            for set in ["CapEff", "CapPrm"] {
                let bits = thread[set].flatMap { UInt64($0, radix: 16) }
                #expect(bits.map { $0 & ~capabilities } == 0, "\(set): \(thread[set] ?? "")")
            }
            for set in ["CapInh", "CapAmb"] {
                #expect(thread[set].flatMap { UInt64($0, radix: 16) } == 0, "\(set): \(thread[set] ?? "")")
            }
        }
    }

    /// chown, dac_read_search, ipc_lock, sys_ptrace.
    private static let ofRoot: UInt64 = 0x84005

    @Test func `every thread is confined, and the doctor says so`() throws {
        try withWorld { world in
            try world.addApp("zoom-one")
            try Self.check(try world.daemon.child.pid, capabilities: geteuid() == 0 ? Self.ofRoot : 0)
            let report = try world.diagnosis()
            for check in ["no_new_privileges", "capabilities", "system_calls", "programs"] {
                #expect(report[check] == "passed", "\(check): \(report)")
            }
            let text = try world.keyturn("doctor").output
            #expect(
                text.contains("also starting programs, since no setting names one")
                    && text.contains("starts no programs"))
        }
    }

    @Test(.enabled(if: OtherUser.mayRunPrograms, OtherUser.whyNoPrograms))
    func `a daemon of another user has no capability at all`() throws {
        try withWorld(serving: false) { world in
            // Starts with all that root may, as a container does with a user of its own and ambient capabilities.
            for directory in [world.directory + "/theirs", world.directory + "/theirs/run"] {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
                _ = try world.runner.run("chown", ["65534:65534", directory])
            }
            let places = [
                "--state-dir", world.directory + "/theirs/state", "--runtime-dir", world.directory + "/theirs/run",
            ]
            let key = world.directory + "/theirs/key"
            let ambient =
                OtherUser().privileges + [
                    "--inh-caps", "+chown,+kill,+net_raw", "--ambient-caps", "+chown,+kill,+net_raw",
                ]
            let made = try world.runner.run(
                "setpriv",
                OtherUser().privileges + [
                    Programs.keyturnd, "init", "--key-file", key, "--recovery-out",
                    world.directory + "/theirs/recovery",
                ] + places)
            #expect(made.exit == 0, "\(made)")
            let daemon = try world.runner.start(
                "setpriv", ambient + [Programs.keyturnd, "serve", "--key-file", key] + places)
            try eventually("the daemon to listen") {
                guard daemon.child.isRunning else { throw HarnessError("it ended: \(try daemon.outcome())") }
                return (try? Connection(to: world.directory + "/theirs/run/admin/admin.sock")) != nil
            }
            // Of what it had, chown is what it uses.
            try Self.check(daemon.child.pid, capabilities: 1)
            daemon.child.signal(SIGTERM)
            #expect(try daemon.outcome().exit == 0)
        }
    }

    /// Tries what the daemon's user could otherwise do, and says what came of it.
    private static func attempts(_ world: World) -> String {
        let writes = [
            ("vault", ": >> \(world.vault)"), ("new", ": > \(world.state)/planted"), ("gone", "rm \(world.vault)"),
            ("audit", "rm -r \(world.state)/audit"), ("socket", "rm \(world.admin)"),
            ("kill", "kill -0 $PPID"), ("own", ": > \(world.heard)/own"), ("device", ": > /dev/null"),
        ]
        let lines = writes.map { "if (\($0.1)) 2>/dev/null; then echo \($0.0)=yes; else echo \($0.0)=no; fi" }
        let calls = """
            python3 -c '
            import ctypes, errno, os
            libc = ctypes.CDLL(None, use_errno=True)
            def tried(name, outcome): print(f"{name}={errno.errorcode.get(ctypes.get_errno(), 0) if outcome < 0 else 0}")
            tried("ptrace", libc.ptrace(16, os.getppid(), 0, 0))
            tried("unshare", libc.unshare(0x20000000))
            tried("root", libc.prctl(24, 21, 0, 0, 0))
            '
            """
        return
            (["exec > \(world.heard)/tried", "grep -E '^(NoNewPrivs|Seccomp|CapEff|CapPrm):' /proc/self/status"] + lines
            + [calls, "cat > /dev/null"]).joined(separator: "\n")
    }

    private static func tried(_ world: World) throws -> [String: String] {
        let text = try String(contentsOfFile: world.heard + "/tried", encoding: .utf8)
        return text.split(separator: "\n").reduce(into: [:]) { found, line in
            let parts = line.split(maxSplits: 1) { $0 == "=" || $0 == ":" }
            if parts.count == 2 { found[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
    }

    /// Whether this kernel confines a program's files.
    private static func hasLandlock(_ report: [String: String]) -> Bool { report["programs"] == "passed" }

    private static func check(_ tried: [String: String], hasLandlock: Bool) {
        #expect(tried["NoNewPrivs"] == "1" && tried["Seccomp"] == "2", "\(tried)")
        for set in ["CapEff", "CapPrm"] {
            #expect(tried[set].flatMap { UInt64($0, radix: 16) } == 0, "\(set): \(tried)")
        }
        #expect(tried["ptrace"] == "EPERM" && tried["unshare"] == "EPERM", "\(tried)")
        #expect(tried["own"] == "yes" && tried["device"] == "yes", "\(tried)")
        guard hasLandlock else { return }
        for attempt in ["vault", "new", "gone", "audit", "socket"] {
            #expect(tried[attempt] == "no", "\(attempt): \(tried)")
        }
    }

    @Test func `an alert's command cannot touch the vault`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let script = world.directory + "/alert"
            try Self.attempts(world).write(toFile: script, atomically: true, encoding: .utf8)
            try world.start("--key-file", world.keyFile, environment: AlertServices.command("/bin/sh", script))
            try world.must("alert", "test")
            try world.addApp("zoom-one")
            let report = try world.diagnosis()
            Self.check(try Self.tried(world), hasLandlock: Self.hasLandlock(report))
            #expect(report["system_calls"] == "passed" && world.isHealthy)
            try Self.check(try world.daemon.child.pid, capabilities: geteuid() == 0 ? Self.ofRoot : 0)
        }
    }

    @Test func `an unlock command cannot touch the vault either`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let script = world.directory + "/unlock"
            try ("exec 3>&1\n" + Self.attempts(world) + "\ncat \(world.keyFile) >&3\n").write(
                toFile: script, atomically: true, encoding: .utf8)
            let command = "/bin/sh \(script)"
            try world.start("--log-level", "info", environment: ["KEYTURN_UNLOCK_COMMAND": command])
            try world.addApp("zoom-one")
            let report = try world.diagnosis()
            Self.check(try Self.tried(world), hasLandlock: Self.hasLandlock(report))
            // Nor does it where no daemon runs it.
            try world.stop()
            try FileManager.default.removeItem(atPath: world.heard + "/tried")
            #expect(try world.keyturnd("check", environment: ["KEYTURN_UNLOCK_COMMAND": command]).exit == 0)
            Self.check(try Self.tried(world), hasLandlock: Self.hasLandlock(report))
        }
    }
}
