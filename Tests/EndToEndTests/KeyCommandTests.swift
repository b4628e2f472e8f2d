import Foundation
import TestSupport
import Testing

/// `keyturn key`: ways into the vault that come and go while it serves.
@Suite(.realProcesses) struct KeyCommandTests {
    private static let passphrase = "correct horse battery staple"

    private static func slots(_ world: World) throws -> [String] {
        try world.must("key", "list", "--json").json["slots"].elements.map {
            "\($0["slot"].string ?? "") \($0["kind"].string ?? "") \($0["state"].string ?? "")"
        }
    }

    private static func recovery(_ world: World) throws -> String {
        try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
    }

    @Test func `an added unlock key opens the vault, and a removed one does not`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            #expect(try Self.slots(world) == ["1 key-file ok", "2 recovery ok"])
            let added = try world.must("key", "add", "--passphrase-stdin", "--json", input: Self.passphrase + "\n").json
            #expect(added["slot"].string == "3" && added["scrypt"]["log_n"].int == 17)
            let other = world.directory + "/other-key"
            #expect(try world.must("key", "add", "--key-file", other).output == "added key slot 4\n")
            #expect(try Files.mode(other) == 0o400 && Files.bytes(other).count == 32)

            try world.must("lock")
            try world.must("unlock", "--passphrase-stdin", input: Self.passphrase)
            let removed = try world.must("key", "remove", "1", "--yes", "--force")
            #expect(removed.output.hasPrefix("removed key slot 1\n") && removed.output.contains("keyturn key rotate"))
            #expect(try Self.slots(world) == ["2 recovery ok", "3 passphrase ok", "4 key-file ok"])
            try world.stop()

            let refused = try world.keyturnd("serve", "--key-file", world.keyFile)
            #expect(refused.exit == 65 && refused.errors.contains("does not open any key slot of the vault"))
            try world.start("--key-file", other)
            #expect(try world.get("/v1/apps/zoom-prod/credentials").json["client_secret"].string == app.secret)
            try world.must("lock")
            #expect(try world.keyturn("unlock", "--recovery-stdin", input: Self.recovery(world)).exit == 0)
            #expect(try world.must("audit", "show", "--json").output.contains("key.remove"))
        }
    }

    @Test func `a key that the next start needs is removed only by force`() throws {
        try withWorld { world in
            func inUse() throws -> [String?] {
                try world.must("key", "list", "--json").json["slots"].elements.filter { $0["in_use"].bool == true }
                    .map { $0["slot"].string }
            }
            func unlock() throws -> JSON? {
                try world.keyturn("doctor", "--json").json["checks"].elements.first { $0["check"].string == "unlock" }
            }
            try world.must("key", "add", "--passphrase-stdin", input: Self.passphrase)
            #expect(try inUse() == ["1"])
            #expect(try world.must("key", "list").output.contains("ok, in use"))
            let needed = try world.keyturn("key", "remove", "1", "--yes")
            #expect(needed.exit == 65 && needed.complains(), "\(needed)")
            #expect(needed.errors.contains("the key file \(world.keyFile) opens: the next start would fail without it"))
            #expect(needed.errors.contains("keyturn key remove 1 --force"))
            #expect(try unlock()?["detail"].string?.contains("opens key slot 1 (key file)") == true)

            try world.must("lock")
            #expect(try unlock()?["detail"].string?.contains("opens key slot 1 (key file)") == true, "locked too")
            try world.must("unlock", "--passphrase-stdin", input: Self.passphrase)
            #expect(try inUse() == ["3"])
            let used = try world.keyturn("key", "remove", "3", "--yes")
            #expect(used.exit == 65 && used.errors.contains("key slot 3 unlocked the vault"), "\(used)")
            #expect(try world.keyturn("key", "remove", "1", "--yes").exit == 65, "the daemon starts with it")

            try world.must("key", "remove", "1", "--yes", "--force")
            let broken = try unlock()
            #expect(broken?["outcome"].string == "failed", "\(String(describing: broken))")
            #expect(
                broken?["detail"].string
                    == "the key file \(world.keyFile) does not open any key slot of the vault; the next start fails")
            #expect(try Self.slots(world) == ["2 recovery ok", "3 passphrase ok"])
        }
    }

    @Test func `a new recovery key replaces the old one`() throws {
        try withWorld { world in
            let last = try world.keyturn("key", "remove", "2", "--yes")
            #expect(last.exit == 65 && last.complains() && last.errors.contains("last recovery key"))
            #expect(last.errors.contains("try: keyturn key add --recovery"))

            let shown = try world.must("key", "add", "--recovery")
            let keys = shown.output.matches(of: InitTests.recoveryKey).map { String($0.0) }
            #expect(keys.count == 1 && shown.output.hasPrefix("added key slot 3\n"))
            let file = world.directory + "/new-recovery"
            let written = try world.must("key", "add", "--recovery-out", file, "--json")
            #expect(Files.mode(file) == 0o600 && !written.output.contains(InitTests.recoveryKey))
            #expect(try written.json["slot"].string == "4" && written.json["recovery_key"].isNull)
            #expect(
                try String(contentsOfFile: file, encoding: .utf8).wholeMatch(of: /([0-9A-Z]{4}-){8}[0-9A-Z]{4}\n/)
                    != nil)

            try world.must("key", "remove", "2", "--yes")
            try world.must("lock")
            #expect(try world.keyturn("unlock", "--recovery-stdin", input: Self.recovery(world)).exit == 65)
            #expect(try world.keyturn("unlock", "--recovery-stdin", input: keys[0]).exit == 0)
            try world.must("lock")
            #expect(
                try world.keyturn("unlock", "--recovery-stdin", input: String(contentsOfFile: file, encoding: .utf8))
                    .exit == 0)
        }
    }

    @Test func `a key that cannot be added leaves nothing behind`() throws {
        try withWorld { world in
            let file = world.directory + "/new-key"
            try world.must("lock")
            for arguments in [["--key-file", file], ["--recovery-out", file]] {
                #expect(try world.runner.run(Programs.keyturn, ["key", "add"] + arguments).exit == 69)
                #expect(!Files.exists(file), "no keys to what was not made")
            }
            #expect(try world.keyturn("unlock", "--recovery-stdin", input: Self.recovery(world)).exit == 0)
            let existing = try world.keyturn("key", "add", "--recovery-out", world.recoveryFile)
            #expect(existing.exit == 65 && existing.complains() && Files.exists(world.recoveryFile))
            try Data("too short".utf8).write(to: URL(filePath: file))
            try Files.set(file, 0o400)
            #expect(try world.keyturn("key", "add", "--key-file", file).exit == 65)
            try Files.set(file, 0o444)
            #expect(try world.keyturn("key", "add", "--key-file", file).exit == 77)
            #expect(try world.keyturn("key", "add", "--passphrase-stdin", input: "short").exit == 65)
            #expect(try world.keyturn("key", "add", "--passphrase-stdin", "--recovery").exit == 64)
            #expect(try world.keyturn("key", "remove", "7", "--yes").exit == 66)
            #expect(try world.keyturn("key", "remove", "one", "--yes").exit == 64)
            #expect(try world.runner.run("setsid", [Programs.keyturn, "key", "remove", "1"]).exit == 64, "it asks")
            #expect(try Self.slots(world) == ["1 key-file ok", "2 recovery ok"])
        }
    }

    @Test func `a slot that was put back is found, and a damaged one is named`() throws {
        try withWorld { world in
            try world.must("key", "add", "--passphrase-stdin", input: Self.passphrase)
            try world.stop()
            let slot = try world.sqlite("SELECT quote(sealed) FROM key_slot WHERE id = '3'").first ?? ""
            try world.start()
            try world.must("key", "remove", "3", "--yes")
            try world.stop()
            let back = "INSERT INTO key_slot (id, kind, sealed) VALUES ('3', 'passphrase', \(slot))"
            _ = try world.sqlite(back)
            let refused = try world.keyturnd("serve", "--key-file", world.keyFile)
            #expect(refused.exit == 65 && refused.errors.contains("key slot '3'"), "\(refused)")
            _ = try world.sqlite(
                "DELETE FROM key_slot WHERE id = '3'; UPDATE key_slot SET sealed = zeroblob(153) WHERE id = '2'")
            try world.start()
            let status = try world.must("status")
            #expect(status.output.contains("key slot 2 is damaged or missing"))
            #expect(try Self.slots(world) == ["1 key-file ok", "2 recovery damaged"])
        }
    }

    @Test func `wrong passphrases take longer each time`() throws {
        try withWorld(serving: false) { world in
            let made = try world.keyturnd(
                "init", "--passphrase-stdin", "--recovery-out", world.recoveryFile, input: Self.passphrase)
            #expect(made.exit == 0)
            try world.start("--log-level", "info")
            for _ in 0..<4 {
                #expect(try world.keyturn("unlock", "--passphrase-stdin", input: "wrong horse battery").exit == 65)
            }
            let soon = try world.keyturn("unlock", "--passphrase-stdin", input: Self.passphrase)
            #expect(soon.exit == 75 && soon.complains() && soon.errors.contains("4 wrong secrets"), "\(soon)")
            let answer = try world.ask("POST", "/v1/unlock", body: #"{"passphrase":"\#(Self.passphrase)"}"#)
            #expect(answer.status == 429 && answer.header("Retry-After") != nil)
            try eventually("the pause to be over") {
                try world.keyturn("unlock", "--passphrase-stdin", input: Self.passphrase).exit == 0
            }
            #expect(world.isHealthy)
        }
    }
}
