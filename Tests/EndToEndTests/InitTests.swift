import Foundation
import Testing

@Suite(.realProcesses) struct InitTests {
    static var recoveryKey: Regex<(Substring, Substring)> { /([0-9A-Z]{4}-){8}[0-9A-Z]{4}/ }

    @Test func `init creates a vault that only its user can read`() throws {
        try withWorld(serving: false) { world in
            let outcome = try world.keyturnd("init", "--key-file", world.keyFile, "--recovery-out", world.recoveryFile)
            #expect(outcome.exit == 0 && outcome.errors.isEmpty)
            #expect(Files.mode(world.state) == 0o700)
            for name in try Files.names(world.state) {
                #expect(Files.mode(world.state + "/" + name) == 0o600, "\(name)")
            }
            #expect(Files.mode(world.keyFile) == 0o400)
            #expect(Files.mode(world.recoveryFile) == 0o600)
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            #expect(recovery.wholeMatch(of: /([0-9A-Z]{4}-){8}[0-9A-Z]{4}\n/) != nil)
            #expect(!outcome.output.contains(Self.recoveryKey), "written to a file, it is not shown too")
            #expect(outcome.output.contains("keyturnd serve --key-file \(world.keyFile)"), "says what comes next")
        }
    }

    @Test func `init shows the recovery key once when it is not written to a file`() throws {
        try withWorld(serving: false) { world in
            let outcome = try world.keyturnd("init", "--passphrase-stdin", input: "correct horse battery\n")
            #expect(outcome.exit == 0)
            #expect(outcome.output.matches(of: Self.recoveryKey).count == 1)
            #expect(!outcome.output.contains("correct horse"))
        }
    }

    @Test func `init uses an existing key file and leaves it unchanged`() throws {
        try withWorld(serving: false) { world in
            #expect(try world.runner.run("openssl", ["rand", "-out", world.keyFile, "48"]).exit == 0)
            try Files.set(world.keyFile, 0o400)
            let before = try Files.bytes(world.keyFile)
            try world.initialise()
            #expect(try Files.bytes(world.keyFile) == before)
            try world.start()
            #expect(world.isHealthy)
        }
    }

    /// Whoever put it there may have kept a copy.
    @Test func `an existing key file is used only when the operator says so`() throws {
        try withWorld(serving: false) { world in
            let key = Data(repeating: 0x5A, count: 32)
            try key.write(to: URL(filePath: world.keyFile))
            try Files.set(world.keyFile, 0o400)
            let silent = try world.keyturnd("init", "--key-file", world.keyFile, "--recovery-out", world.recoveryFile)
            #expect(silent.exit == 64 && silent.complains(as: "keyturnd"), "\(silent)")
            #expect(silent.errors.contains("  try: --use-existing-key"))
            #expect(!Files.exists(world.vault) && !Files.exists(world.recoveryFile))
            #expect(try Files.bytes(world.keyFile) == key)
            let said = try world.keyturnd(
                "init", "--key-file", world.keyFile, "--use-existing-key", "--recovery-out", world.recoveryFile)
            #expect(said.exit == 0 && said.output.contains("the existing key file: \(world.keyFile)"), "\(said)")
            let missing = try world.keyturnd(
                "init", "--state-dir", world.directory + "/other", "--key-file", world.keyFile + ".none",
                "--use-existing-key")
            #expect(missing.exit == 66 && !Files.exists(world.keyFile + ".none"), "\(missing)")
        }
    }

    @Test func `init refuses to touch an existing vault`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let before = try Files.bytes(world.vault)
            let key = world.directory + "/other-key"
            let recovery = world.directory + "/other-recovery"
            for arguments in [["--key-file", key, "--recovery-out", recovery], ["--passphrase-stdin"]] {
                let outcome = try world.runner.run(Programs.keyturnd, ["init"] + arguments, input: "correct horse\n")
                #expect(outcome.exit == 65 && outcome.output.isEmpty && outcome.complains(as: "keyturnd"))
            }
            #expect(try Files.bytes(world.vault) == before)
            #expect(!Files.exists(key) && !Files.exists(recovery), "no keys to a vault that was not made")
        }
    }

    @Test func `an operator who lost a vault is led to a backup, not to an empty vault`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            try world.stop()
            for name in try Files.names(world.state) where name.hasPrefix("vault.db") && name != "vault.db.lock" {
                try FileManager.default.removeItem(atPath: world.state + "/" + name)
            }
            for command in ["serve", "check"] {
                let outcome = try world.keyturnd(command, "--key-file", world.keyFile)
                #expect(outcome.exit == 66 && outcome.complains(as: "keyturnd"), "\(outcome)")
                #expect(outcome.errors.contains("vault.db.lock"), "\(outcome)")
                #expect(outcome.errors.contains("  try: keyturnd restore FILE"), "\(outcome)")
            }
        }
        try withWorld(serving: false) { world in
            let outcome = try world.keyturnd("serve", "--key-file", world.keyFile)
            #expect(outcome.exit == 66 && outcome.errors.contains("  try: keyturnd init\n"), "\(outcome)")
        }
    }

    @Test func `init makes no second vault where this host's vault is in a database`() throws {
        try withWorld(serving: false) { world in
            try FileManager.default.createDirectory(
                atPath: world.state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let marker = String(repeating: "a", count: 32) + "\ndatabase keyturn at db.example.com:5432\n"
            try marker.write(toFile: world.state + "/store", atomically: false, encoding: .utf8)
            try Files.set(world.state + "/store", 0o600)
            let outcome = try world.keyturnd("init", "--key-file", world.keyFile, "--recovery-out", world.recoveryFile)
            #expect(outcome.exit == 65 && outcome.errors.contains("database keyturn at db.example.com"), "\(outcome)")
            #expect(try Files.names(world.state) == ["store"])
            #expect(!FileManager.default.fileExists(atPath: world.keyFile))
        }
    }

    @Test func `a failed init leaves nothing behind`() throws {
        try withWorld(serving: false) { world in
            try Data("somebody's".utf8).write(to: URL(filePath: world.recoveryFile))
            let outcome = try world.keyturnd("init", "--key-file", world.keyFile, "--recovery-out", world.recoveryFile)
            #expect(outcome.exit == 74 || outcome.exit == 65)
            #expect(outcome.complains(as: "keyturnd"))
            #expect(try Files.bytes(world.recoveryFile) == Data("somebody's".utf8))
            #expect(!Files.exists(world.vault) && !Files.exists(world.keyFile))
        }
    }

    @Test(arguments: [
        ("a key file that others can read", 0o644, 32, 77), ("a key file that is too short", 0o400, 7, 65),
        ("an empty key file", 0o400, 0, 65),
    ]) func `init refuses a file that is no key file`(_ what: String, _ mode: Int, _ length: Int, _ code: Int32) throws
    {
        try withWorld(serving: false) { world in
            try Data(repeating: 0x5A, count: length).write(to: URL(filePath: world.keyFile))
            try Files.set(world.keyFile, mode)
            let outcome = try world.keyturnd(
                "init", "--key-file", world.keyFile, "--use-existing-key", "--recovery-out", world.recoveryFile)
            #expect(outcome.exit == code && outcome.complains(as: "keyturnd") && outcome.errors.contains(world.keyFile))
            #expect(!Files.exists(world.vault) && !Files.exists(world.recoveryFile))
        }
    }

    @Test func `init refuses a state directory that other users can read`() throws {
        try withWorld(serving: false) { world in
            try FileManager.default.createDirectory(atPath: world.state, withIntermediateDirectories: true)
            try Files.set(world.state, 0o750)
            let outcome = try world.keyturnd("init", "--key-file", world.keyFile)
            #expect(outcome.exit == 77 && outcome.complains(as: "keyturnd") && outcome.errors.contains("chmod 700"))
            #expect(!Files.exists(world.vault) && !Files.exists(world.keyFile))
        }
    }

    @Test func `init asks for a passphrase only on a terminal`() throws {
        try withWorld(serving: false) { world in
            let outcome = try world.runner.run("setsid", [Programs.keyturnd, "init"], input: "correct horse battery\n")
            #expect(outcome.exit == 64 && outcome.complains(as: "keyturnd") && outcome.errors.contains("--key-file"))
            #expect(!Files.exists(world.vault))
        }
    }

    @Test(arguments: [
        ["init", "--key-file", "/nowhere/key", "--passphrase-stdin"], ["init", "--bogus"], ["bogus"],
        ["serve", "extra"],
        ["serve", "--log-level", "shouting"],
    ]) func `usage errors of init end with 64`(_ arguments: [String]) throws {
        try withWorld(serving: false) { world in
            let outcome = try world.runner.run(Programs.keyturnd, arguments, input: "")
            #expect(outcome.exit == 64 && outcome.output.isEmpty && outcome.complains(as: "keyturnd"))
            #expect(!Files.exists(world.vault))
        }
    }

    @Test func `serving without a vault says how to create one`() throws {
        try withWorld(serving: false) { world in
            let outcome = try world.keyturnd("serve")
            #expect(outcome.exit == 66 && outcome.complains(as: "keyturnd") && outcome.errors.contains("keyturnd init"))
        }
    }
}
