import Foundation
import TestSupport
import Testing

/// `unlock.command`: a command whose output is the key.
@Suite(.realProcesses) struct UnlockCommandTests {
    private static func script(_ world: World, _ text: String) throws -> String {
        let path = world.directory + "/give-key"
        try Data("\(text)\n".utf8).write(to: URL(filePath: path))
        // By the shell's name: the script itself may be open for writing in a child of another test's.
        return "/bin/sh \(path)"
    }

    /// A start with the command that fails.
    private static func refusal(_ world: World, _ command: String, _ more: [String: String] = [:]) throws -> Outcome {
        try world.keyturnd(
            "serve", environment: ["KEYTURN_UNLOCK_COMMAND": command].merging(more) { $1 })
    }

    @Test func `the output of an unlock command opens the vault`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let text = "unlock:\n  command: >-\n    /bin/sh -c 'cat\n    \"\(world.keyFile)\"'\n"
            try Data(text.utf8).write(to: URL(filePath: world.configuration))
            try world.start("--log-level", "info")
            #expect(world.isHealthy)
            try world.stop()
            let checked = try world.keyturnd("check")
            #expect(checked.exit == 0, "what serves can be checked: \(checked)")
            // A key file comes before the command, a credential before both.
            let never = try Self.script(world, "touch \(world.heard)/was-run; exit 1")
            try world.start("--key-file", world.keyFile, environment: ["KEYTURN_UNLOCK_COMMAND": never])
            #expect(world.isHealthy && !Files.exists(world.heard + "/was-run"))
        }
    }

    @Test func `an unlock command gets only a few of the daemon's variables`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let seen = world.heard + "/seen"
            let command = try Self.script(
                world,
                """
                exec 3>&1 >\(seen)
                env; echo "umask=$(umask)"; echo "core=$(ulimit -c)"
                for fd in /proc/self/fd/*; do echo "fd=$(basename $fd) $(readlink $fd)"; done
                cut -d' ' -f6 /proc/$$/stat | sed "s/^/session=/; s/=$$\\$/=own/"
                cat \(world.keyFile) >&3
                """)
            try world.start(
                "--log-level", "info",
                environment: [
                    "KEYTURN_UNLOCK_COMMAND": "/usr/bin/env EXTRA='a b' \(command)", "KEYTURN_LOG_LEVEL": "info",
                    "AWS_SECRET_ACCESS_KEY": "plAnted", "https_proxy": "http://127.0.0.1:1",
                ])
            #expect(world.isHealthy)
            let lines = try String(contentsOfFile: seen, encoding: .utf8).split(separator: "\n").map(String.init)
            let names = Set(lines.compactMap { $0.wholeMatch(of: /([A-Za-z_]+)=.*/)?.1 }.map(String.init))
            #expect(
                names.subtracting(["PWD", "SHLVL", "_", "OLDPWD"])
                    == ["PATH", "LANG", "HOME", "https_proxy", "EXTRA", "umask", "core", "fd", "session"])
            #expect(lines.contains("EXTRA=a b") && lines.contains("umask=0077") && lines.contains("core=0"))
            #expect(lines.contains("session=own"))
            let descriptors = lines.filter { $0.hasPrefix("fd=") }
            #expect(descriptors.contains("fd=0 /dev/null") && descriptors.contains("fd=2 /dev/null"))
            #expect(
                !descriptors.contains { $0.contains("vault") || $0.contains("socket:") || $0.contains("anon_inode") })
        }
    }

    /// Then the kernel forgets how a child ended.
    @Test func `an unlock command works where SIGCHLD is ignored`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let script =
                "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
            let outcome = try world.runner.run(
                "python3", ["-c", script, Programs.keyturnd, "serve"],
                environment: ["KEYTURN_UNLOCK_COMMAND": "/bin/echo short"])
            #expect(outcome.exit == 65 && outcome.errors.contains("unlock.command gave 6 bytes"), "\(outcome)")
        }
    }

    @Test(arguments: [
        ("exit 3", 75, "status 3"), ("kill -9 $$", 75, "signal 9"), ("printf short", 65, "gave 5 bytes"),
        ("true", 65, "gave 0 bytes"), ("head -c 5000 /dev/zero", 65, "more than 4096 bytes"),
        ("yes plAnted-output", 65, "more than 4096 bytes"),
        ("printf plAnted-output-plAnted-output-plAnted", 65, "does not open any"), ("cat KEY; exit 1", 75, "status 1"),
    ]) func `a command that fails is reported by its exit status and never by its output`(
        _ text: String, _ exit: Int32, _ words: String
    ) throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let command = try Self.script(
                world, "echo plAnted-error >&2\n" + text.replacing("KEY", with: world.keyFile))
            let outcome = try Self.refusal(world, command)
            #expect(outcome.exit == exit && outcome.complains(as: "keyturnd"), "\(outcome)")
            #expect(outcome.errors.contains(words), "\(outcome)")
            #expect(!outcome.errors.contains("plAnted") && outcome.output.isEmpty)
        }
    }

    @Test func `a command that hangs is killed with everything that it started`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let pids = world.heard + "/pids"
            let command = try Self.script(world, "sleep 600 & echo $! >\(pids); echo $$ >>\(pids); wait")
            let outcome = try Self.refusal(world, command, ["KEYTURN_UNLOCK_COMMAND_TIMEOUT": "3"])
            #expect(outcome.exit == 75 && outcome.errors.contains("within 3 s"), "\(outcome)")
            let left = try String(contentsOfFile: pids, encoding: .utf8).split(separator: "\n")
            #expect(left.count == 2)
            for pid in left { try eventually("\(pid) to be gone") { !Self.isAlive(String(pid)) } }
        }
    }

    /// A dead process that nobody has waited for yet is not alive.
    private static func isAlive(_ pid: String) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return !stat.contains(") Z ")
    }

    @Test func `a process that the command leaves running is not waited for`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            // The sleeper holds the pipe open, for longer than any test waits.
            let command = try Self.script(world, "sleep 600 & cat \(world.keyFile)")
            try world.start("--log-level", "info", environment: ["KEYTURN_UNLOCK_COMMAND": command])
            #expect(world.isHealthy)
        }
    }

    @Test(arguments: [
        ("/no/such/program", "no such file"), ("/etc/passwd", "permission denied"), ("cat /etc/key", "absolute path"),
        ("/bin/cat $KEY", "shell"), ("/bin/cat 'x", "shell"),
    ]) func `a command that cannot be run is a mistake in the configuration`(_ command: String, _ words: String) throws
    {
        try withWorld(serving: false) { world in
            try world.initialise()
            let outcome = try Self.refusal(world, command)
            #expect(outcome.exit == 78 && outcome.complains(as: "keyturnd"), "\(outcome)")
            #expect(outcome.errors.contains(words), "\(outcome)")
        }
    }
}
