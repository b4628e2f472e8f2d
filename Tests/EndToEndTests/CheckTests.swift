import Foundation
import Testing

/// `keyturnd check`: names what is wrong, and changes nothing.
@Suite(.realProcesses) struct CheckTests {
    @Test func `an intact vault passes`() throws {
        try withWorld { world in
            let apps = try world.fillAndStop()
            let outcome = try world.checked(expecting: 0)
            #expect(outcome.output.contains("2 apps") && outcome.errors.isEmpty)
            let json = try world.checked("--json", expecting: 0).json
            #expect(json["passed"].bool == true && json["findings"].elements.isEmpty)
            #expect(json["apps"].elements.map(\.["app"].string) == ["zoom-one", "zoom-two"])
            #expect(json["apps"].elements.map(\.["generation"].int) == [1, 1])
            #expect((json["audit_lines"].int ?? 0) > 3)
            for app in apps { #expect(!outcome.output.contains(app.secret)) }
        }
    }

    /// After a crash the newest commits are in the log beside the file.
    @Test func `a vault as a crash left it passes`() throws {
        try withWorld { world in
            try world.addApp("zoom-one")
            try world.crash()
            #expect(try Files.bytes(world.vault + "-wal").count > 0)
            let json = try world.checked("--json", expecting: 0).json
            #expect(json["apps"].elements.map(\.["app"].string) == ["zoom-one"])
        }
    }

    @Test func `the check opens the vault with each kind of unlock key`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            #expect(try world.keyturnd("check", "--recovery-stdin", input: recovery).exit == 0)
            let other = world.directory + "/other"
            try Data(repeating: 7, count: 32).write(to: URL(filePath: other))
            try Files.set(other, 0o400)
            let wrong = try world.keyturnd("check", "--key-file", other)
            #expect(wrong.exit == 65 && wrong.complains(as: "keyturnd") && wrong.errors.contains("does not open any"))
            let twice = try world.keyturnd("check", "--passphrase-stdin", "--recovery-stdin", input: "x")
            #expect(twice.exit == 64 && twice.complains(as: "keyturnd"))
            let none = try world.runner.run("setsid", [Programs.keyturnd, "check"])
            #expect(none.exit == 64 && none.errors.contains("--key-file"))
        }
    }

    @Test func `a backup that cannot be used leads to another one, and never to a new vault`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let directory = world.directory + "/backups"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let whole = directory + "/whole.db"
            try world.must("backup", whole)
            try world.stop()
            let bytes = try Data(contentsOf: URL(filePath: whole))
            try Data().write(to: URL(filePath: directory + "/empty.db"))
            try bytes.prefix(60_000).write(to: URL(filePath: directory + "/cut.db"))
            for (name, exit) in [("none", 66), ("empty", 65), ("cut", 65)] as [(String, Int32)] {
                let backup = directory + "/\(name).db"
                let checked = try world.keyturnd("check", backup, "--key-file", world.keyFile)
                #expect(
                    checked.exit == exit && checked.errors.contains("use another backup: ls -l \(directory)"),
                    "\(checked)")
                let restored = try world.keyturnd("restore", backup, "--replace", "--key-file", world.keyFile)
                #expect(restored.exit == exit && restored.errors.contains("backup"), "\(restored)")
                for outcome in [checked, restored] {
                    for words in ["keyturnd init", "restore BACKUP"] {
                        #expect(!outcome.errors.contains(words), "\(outcome)")
                    }
                }
            }
            #expect(try world.keyturnd("check", whole, "--key-file", world.keyFile).exit == 0)
        }
    }

    @Test func `the check refuses to run beside a daemon that serves`() throws {
        try withWorld { world in
            let outcome = try world.keyturnd("check", "--key-file", world.keyFile)
            #expect(outcome.exit == 75 && outcome.complains(as: "keyturnd") && outcome.errors.contains("serves"))
        }
    }

    @Test func `the check of a missing vault ends with 66 and creates nothing`() throws {
        try withWorld(serving: false) { world in
            let outcome = try world.keyturnd("check", "--passphrase-stdin", input: "correct horse battery")
            #expect(outcome.exit == 66 && outcome.complains(as: "keyturnd"))
            #expect(!Files.exists(world.state))
        }
    }

    @Test(arguments: [
        ("client", "DELETE FROM client WHERE id = (SELECT min(id) FROM client)"),
        ("generation", "UPDATE generation SET state = 'previous' WHERE id = (SELECT min(id) FROM generation)"),
        ("token", "UPDATE token SET sealed = zeroblob(200)"), ("state", "DELETE FROM state"),
        ("key slot", "UPDATE key_slot SET sealed = zeroblob(99) WHERE id = '2'"),
        ("trigger", "CREATE TRIGGER spy AFTER INSERT ON token BEGIN DELETE FROM client; END"),
        ("rotation_open", "DROP INDEX rotation_open"), ("table client", "DROP TABLE client"),
        ("scheduler_state", "DROP TABLE scheduler_state"),
        (
            "index generation_app",
            "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'generation_app'"
        ),
    ]) func `a vault that was tampered with is reported by what was changed`(_ named: String, _ statement: String)
        throws
    {
        try withWorld { world in
            _ = try world.fillAndStop()
            try world.sqlite(statement + ";")
            let outcome = try world.checked(expecting: 65)
            #expect(outcome.complains(as: "keyturnd"))
            let words = named == "client" ? "deleted" : named
            #expect(outcome.output.contains(words), "\(outcome.output)")
        }
    }

    @Test func `several findings are all reported, the worst first`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            try world.sqlite("UPDATE token SET sealed = zeroblob(99); UPDATE app SET sealed = zeroblob(99);")
            try Files.set(world.vault, 0o640)
            let findings = try world.checked("--json", expecting: 65).json["findings"].elements
            let severities = findings.compactMap(\.["severity"].string)
            #expect(Set(severities) == ["fatal", "error", "warning"])
            #expect(severities == severities.sorted { $0 == "fatal" || $1 == "warning" && $0 != "warning" })
            #expect(findings.count { $0["detail"].string?.hasPrefix("app row") == true } == 2)
            #expect(findings.count { $0["detail"].string?.hasPrefix("token row") == true } == 2)
            #expect(
                findings.contains { $0["place"].string == "vault.db" && $0["try"].string?.contains("chmod") == true })
        }
    }

    @Test func `an audit log that was cut, or removed, is reported`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            let log = world.state + "/audit/audit-00000001.jsonl"
            let lines = try Files.bytes(log).split(separator: 0x0A, omittingEmptySubsequences: false)
            try Data(lines.dropLast(3).joined(separator: [0x0A]) + [0x0A]).write(to: URL(filePath: log))
            #expect(try world.checked(expecting: 65).output.contains("audit: "))
            try FileManager.default.removeItem(atPath: world.state + "/audit")
            #expect(try world.checked(expecting: 65).output.contains("the log is missing"))
        }
    }

    @Test func `a spool file that no key opens is reported`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            let slot = world.state + "/spool/slot-1"
            var bytes = try Files.bytes(slot)
            bytes.replaceSubrange(0..<8, with: Data("KTSPOOL1".utf8))
            try bytes.write(to: URL(filePath: slot))
            #expect(try world.checked(expecting: 65).output.contains("spool/slot-1"))
        }
    }

    @Test(.enabled(if: SmallDisk.mayMount, SmallDisk.why))
    func `the check works on a file system that cannot be written`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            let check = """
                mount --bind \(world.state) \(world.state) && mount -o remount,bind,ro \(world.state) &&
                exec '\(Programs.keyturnd)' check --key-file \(world.keyFile)
                """
            let outcome = try world.runner.run("unshare", ["-m", "/bin/sh", "-c", check])
            #expect(outcome.exit == 0, "\(outcome)")
        }
    }
}

extension World {
    /// Runs the check, which must leave every file of the state directory as it was.
    func checked(_ arguments: String..., expecting exit: Int32) throws -> Outcome {
        let before = try Files.picture(state)
        let outcome = try runner.run(Programs.keyturnd, ["check", "--key-file", keyFile] + arguments)
        #expect(outcome.exit == exit, "\(outcome)")
        #expect(try Files.picture(state) == before, "a check changes nothing")
        return outcome
    }
}
