import Foundation
import TestSupport
import Testing

/// What another user put there, or could change, is not believed: keys, settings, and what the settings have run.
@Suite(.realProcesses) struct StrictModesTests {
    private static let other = OtherUser()

    private static func give(_ path: String, to user: OtherUser = other) throws {
        guard unsafe chown(path, uid_t(user.uid), gid_t(user.gid)) == 0 else { throw HarnessError("chown \(path)") }
    }

    private static func directory(_ path: String, _ mode: Int) throws -> String {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try Files.set(path, mode)
        return path
    }

    private static func copy(_ world: World, into directory: String) throws -> String {
        try FileManager.default.copyItem(atPath: world.keyFile, toPath: directory + "/key")
        return directory + "/key"
    }

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why))
    func `a key of another user opens and creates nothing`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try Self.give(world.keyFile)
            let second = world.directory + "/second"
            for arguments in [
                ["serve", "--key-file", world.keyFile], ["check", "--key-file", world.keyFile],
                ["init", "--key-file", world.keyFile, "--use-existing-key", "--state-dir", second],
            ] {
                let outcome = try world.runner.run(Programs.keyturnd, arguments)
                #expect(outcome.exit == 77 && outcome.complains(as: "keyturnd"), "\(outcome)")
                #expect(outcome.errors.contains("belongs to user 65534"), "\(outcome)")
            }
            #expect(!Files.exists(second + "/vault.db"))
        }
    }

    @Test(arguments: [0o777, 0o775, 0o722])
    func `a key in a directory that other users can write is not trusted`(mode: Int) throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let key = try Self.copy(world, into: Self.directory(world.directory + "/open", mode))
            let served = try world.keyturnd("serve", "--key-file", key)
            #expect(served.exit == 77 && served.errors.contains("\(world.directory)/open can be written"), "\(served)")
            #expect(served.errors.contains("  try: chmod go-w \(world.directory)/open"))
            let deep = try Self.directory(world.directory + "/open/deep", 0o700)
            let below = try world.keyturnd("serve", "--key-file", Self.copy(world, into: deep))
            #expect(below.exit == 77 && below.errors.contains("\(world.directory)/open can be written"), "\(below)")
            let made = try world.keyturnd(
                "init", "--state-dir", world.directory + "/second", "--key-file", world.directory + "/open/new")
            #expect(made.exit == 77 && !Files.exists(world.directory + "/open/new"), "\(made)")
            let recovery = try world.keyturnd(
                "init", "--state-dir", world.directory + "/second", "--key-file", world.directory + "/new",
                "--recovery-out", world.directory + "/open/recovery")
            #expect(recovery.exit == 77 && !Files.exists(world.directory + "/open/recovery"), "\(recovery)")
        }
    }

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why)) func `settings of another user run no command`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let trace = world.directory + "/was-run"
            try Data("unlock:\n  command: /usr/bin/touch \(trace)\n".utf8).write(to: URL(filePath: world.configuration))
            try Self.give(world.configuration)
            for command in ["serve", "check"] {
                let outcome = try world.keyturnd(command)
                #expect(outcome.exit == 77 && outcome.errors.contains("belongs to user 65534"), "\(outcome)")
            }
            try Self.give(world.configuration, to: OtherUser(uid: 0, gid: 0))
            try Files.set(world.configuration, 0o664)
            #expect(try world.keyturnd("serve").exit == 77)
            #expect(!Files.exists(trace))
        }
    }

    @Test func `status and doctor see that others can write the vault, until they cannot any more`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let clock = try TestClock(in: world.directory)
            try world.start(environment: clock.environment)
            #expect(try !world.problems().contains("state_open"))
            try Files.set(world.vault, 0o666)
            clock.pass(11)
            let problem = try #require(
                try world.keyturn("status", "--json").json["problems"].elements.first {
                    $0["code"].string == "state_open"
                })
            #expect(
                problem["detail"].string == "vault.db in the state directory: other users can access it", "\(problem)")
            let doctor = try world.keyturn("doctor", "--json")
            let lines = try doctor.json["checks"].elements.filter { $0["check"].string == "permissions" }
            #expect(lines.count == 1 && lines[0]["outcome"].string == "failed", "\(doctor)")
            try Files.set(world.vault, 0o600)
            clock.pass(11)
            #expect(try !world.problems().contains("state_open"))
        }
    }

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why)) func `a program of another user is not run`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let (trace, program) = (world.heard + "/was-run", world.directory + "/give-key")
            try "#!/bin/sh\ntouch \(trace)\ncat \(world.keyFile)\n".write(
                toFile: program, atomically: true, encoding: .utf8)
            try Files.set(program, 0o755)
            try Self.give(program)
            let outcome = try world.keyturnd("serve", environment: ["KEYTURN_UNLOCK_COMMAND": program])
            #expect(outcome.exit == 78 && outcome.errors.contains("belongs to user 65534, and is not"), "\(outcome)")
            try world.start("--key-file", world.keyFile, environment: AlertServices.command(program))
            let alert = try world.keyturn("alert", "test")
            #expect(alert.exit != 0 && alert.output.contains("belongs to user 65534"), "\(alert)")
            #expect(!Files.exists(trace))
        }
    }

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why)) func `a key of another user is not added`() throws {
        try withWorld { world in
            let key = world.directory + "/theirs"
            try Data(repeating: 0x5A, count: 32).write(to: URL(filePath: key))
            try Files.set(key, 0o400)
            try Self.give(key)
            let added = try world.keyturn("key", "add", "--key-file", key)
            #expect(added.exit == 77 && added.errors.contains("belongs to user 65534"), "\(added)")
            #expect(try world.must("key", "list", "--json").json["slots"].elements.count == 2)
        }
    }

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why))
    func `nothing is created where another user's link leads`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let target = try Self.directory(world.directory + "/target", 0o755)
            _ = try Self.directory(target + "/admin", 0o755)
            let shared = try Self.directory(world.directory + "/shared", 0o1777)
            let link = shared + "/run"
            func plant() throws {
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
                guard unsafe lchown(link, uid_t(Self.other.uid), gid_t(Self.other.gid)) == 0 else {
                    throw HarnessError("lchown")
                }
            }
            try plant()
            for arguments in [
                ["serve", "--key-file", world.keyFile, "--runtime-dir", link],
                ["serve", "--key-file", world.keyFile, "--runtime-dir", link + "/deep"],
                ["init", "--key-file", world.directory + "/new", "--state-dir", link + "/state"],
                ["restore", world.vault, "--key-file", world.keyFile, "--state-dir", link + "/state"],
            ] {
                let outcome = try world.runner.run(Programs.keyturnd, arguments)
                #expect(outcome.exit == 77 && outcome.errors.contains("\(link) belongs to user 65534"), "\(outcome)")
            }
            try FileManager.default.removeItem(atPath: link)
            // The same, under a daemon that serves: its directory is taken away.
            let daemon = try world.runner.start(
                Programs.keyturnd, ["serve", "--key-file", world.keyFile, "--runtime-dir", link])
            defer { daemon.child.end() }
            try eventually("the daemon to serve") { Files.exists(link + "/admin/admin.sock") }
            try FileManager.default.moveItem(atPath: link, toPath: shared + "/gone")
            try plant()
            try eventually("the daemon to say so") {
                try String(contentsOfFile: daemon.errors, encoding: .utf8).contains("cannot be created again")
            }
            #expect(try Files.names(target) == ["admin"] && Files.mode(target + "/admin") == 0o755)
        }
    }

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why)) func `a backup follows no link of another user`() throws {
        try withWorld { world in
            let target = try Self.directory(world.directory + "/target", 0o700)
            let shared = try Self.directory(world.directory + "/shared", 0o1777)
            let link = shared + "/backups"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            try world.must("backup", link + "/own.db")
            #expect(Files.exists(target + "/own.db"), "a link of one's own, or of root's, is followed")
            guard unsafe lchown(link, uid_t(Self.other.uid), gid_t(Self.other.gid)) == 0 else {
                throw HarnessError("lchown")
            }
            let theirs = try world.keyturn("backup", link + "/theirs.db")
            #expect(theirs.exit == 65 && theirs.complains(), "\(theirs)")
            #expect(try Files.names(target) == ["own.db"])
            let open = try Self.directory(world.directory + "/open", 0o777)
            let below = try Self.directory(open + "/below", 0o700)
            #expect(try world.keyturn("backup", below + "/one.db").exit == 65)
            #expect(try Files.names(below).isEmpty)
        }
    }
}
