import Foundation
import TestSupport
import Testing

/// Commands look who listens before they say anything.
@Suite(.realProcesses, .enabled(if: OtherUser.mayBe, OtherUser.why)) struct StrangerAtTheSocketTests {
    /// Listens as another user, and writes down how many bytes each connection brought.
    private static func listener(_ world: World, at runtime: String) throws -> (Running, String) {
        let other = OtherUser()
        let heard = runtime + "/heard"
        for path in [runtime, runtime + "/admin"] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            try Files.set(path, 0o755)
            guard unsafe chown(path, uid_t(other.uid), gid_t(other.gid)) == 0 else { throw HarnessError("chown") }
        }
        let script = """
            import os, socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o777); s.listen(16)
            open(sys.argv[2], "w").close()
            while True:
                c, _ = s.accept()
                n = len(c.recv(65536))
                with open(sys.argv[2], "a") as f: f.write(str(n) + "\\n")
                c.close()
            """
        let running = try world.runner.start(
            "setpriv", other.privileges + ["python3", "-c", script, runtime + "/admin/admin.sock", heard])
        try eventually("somebody to listen") { Files.exists(heard) }
        return (running, heard)
    }

    @Test func `another user is told nothing`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let runtime = world.directory + "/evil"
            let (running, heard) = try Self.listener(world, at: runtime)
            defer { running.child.end() }
            let commands: [[String]] = [
                ["unlock", "--passphrase-stdin"], ["unlock", "--recovery-stdin"], ["key", "add", "--passphrase-stdin"],
                ["app", "add", "zoom-prod", "--account-id", "a", "--client-id", "c", "--secret-stdin"],
                ["rotate", "zoom-prod", "--manual", "--secret-stdin"], ["status"], ["doctor"],
            ]
            for command in commands {
                let outcome = try world.runner.run(
                    Programs.keyturn, command + ["--runtime-dir", runtime], input: "plAnted plAnted plAnted\n")
                let said = outcome.errors + outcome.output
                #expect(said.contains("user 65534 listens at \(runtime)/admin/admin.sock"), "\(outcome)")
                #expect(command == ["doctor"] || outcome.exit == 77, "\(outcome)")
            }
            try eventually("all connections to be written down") {
                try String(contentsOfFile: heard, encoding: .utf8).split(separator: "\n").count >= commands.count
            }
            #expect(Set(try String(contentsOfFile: heard, encoding: .utf8).split(separator: "\n")) == ["0"])
        }
    }

    @Test func `the vault's owner is no stranger`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let runtime = world.directory + "/theirs"
            let (running, heard) = try Self.listener(world, at: runtime)
            defer { running.child.end() }
            guard unsafe chown(world.state, 65_534, 65_534) == 0 else { throw HarnessError("chown") }
            _ = try world.keyturn("status", "--runtime-dir", runtime)
            try eventually("the request") {
                try String(contentsOfFile: heard, encoding: .utf8).split(separator: "\n").contains { $0 != "0" }
            }
        }
    }
}
