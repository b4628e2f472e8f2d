import Foundation
import TestSupport
import Testing

/// `keyturn doctor`: a line for each thing, the worst first, each with what to do.
@Suite(.realProcesses) struct DoctorTests {
    @Test func `a healthy machine passes`() throws {
        try withWorld { world in
            try world.addApp("zoom-one")
            let report = try world.diagnosis()
            for check in [
                "kernel", "clock", "openssl", "sqlite", "libcurl", "key_memory", "free_space", "permissions",
                "agent_socket", "admin_socket", "key_slots",
                "audit_log", "apps", "zoom",
            ] {
                // Whether anything keeps the clock right a container may not ask.
                let isWell =
                    ["passed", "warning"].contains(report[check]) || check == "clock" && report[check] == "skipped"
                #expect(isWell, "\(check): \(report)")
            }
            #expect(report["unlock"] == "warning", "the key file lies beside the vault")
            let text = try world.keyturn("doctor").output
            #expect(text.contains("libcurl") && text.contains("never swapped out"))
            #expect(try text.contains("SQLite") && text.contains("OpenSSL") && text.contains(world.sandbox.address))
            #expect(text.contains("  try: "))
        }
    }

    @Test func `problems come first, each with a remedy, and end with 65`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-one")
            try Files.set(world.vault, 0o644)
            try world.sandbox.switches(#"{"ui_regenerate":"revoke_at_once"}"#)
            _ = try world.sandbox.regenerate(app)
            _ = try world.keyturn("token", "zoom-one", "--refresh")
            try FileManager.default.removeItem(atPath: world.keyFile)
            let outcome = try world.keyturn("doctor", "--json")
            #expect(outcome.exit == 65 && outcome.errors.isEmpty)
            let json = try outcome.json
            #expect(json["passed"].bool == false)
            let outcomes = json["checks"].elements.compactMap(\.["outcome"].string)
            let ranks = ["failed": 0, "warning": 1, "skipped": 2, "passed": 3]
            #expect(outcomes.compactMap { ranks[$0] } == outcomes.compactMap { ranks[$0] }.sorted())
            let failed = json["checks"].elements.filter { $0["outcome"].string == "failed" }
            #expect(failed.allSatisfy { $0["try"].string?.isEmpty == false })
            let checks = failed.compactMap(\.["check"].string)
            #expect(Set(checks).isSuperset(of: ["permissions", "unlock", "invalid_client"]), "\(checks)")
            #expect(!outcome.output.contains(app.secret))
        }
    }

    @Test func `backups, alerts and policies that are missing or risky are warnings`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let before = try world.diagnosis()
            #expect(before["backups"] == "warning" && before["alerts"] == "warning", "\(before)")
            #expect(before["policies"] == "passed" && before["recovery_key"] == "passed", "\(before)")

            try FileManager.default.copyItem(atPath: world.recoveryFile, toPath: world.state + "/recovery.txt")
            let warned = try world.must("app", "set", "zoom-prod", "--rotate-every", "1d")
            #expect(warned.output.contains("warning: the overlap (7d) is not shorter than the interval (1d)"))
            try world.must("backup", world.directory + "/backup.db")
            let outcome = try world.keyturn("doctor")
            let key = try String(contentsOfFile: world.recoveryFile, encoding: .utf8).prefix(44)
            #expect(outcome.exit == 0 && !outcome.output.contains(key), "\(outcome)")
            #expect(outcome.output.contains("warning  recovery_key: a recovery key is beside the vault"))
            #expect(outcome.output.contains("warning  policies: zoom-prod: the overlap (7d)"))
            #expect(outcome.output.contains("backup.db, on the vault's file system"), "\(outcome)")
            #expect(outcome.output.contains("shred -u \(world.state)/recovery.txt"))

            // Known over a restart, and moved away.
            try FileManager.default.removeItem(atPath: world.directory + "/backup.db")
            try world.stop()
            try world.start()
            #expect(try world.diagnosis()["backups"] == "passed")
            let json = try world.must("app", "set", "zoom-prod", "--overlap", "6h", "--json").json
            #expect(json["warnings"].elements.isEmpty)
            let late = try world.must("app", "set", "zoom-prod", "--window", "Sun 02:00-04:00", "--json").json
            #expect(late["warnings"].elements.first?.string?.contains("--rotate-every 7d") == true)
        }
    }

    /// Each file of the log, and what was moved aside, and not only what is open.
    @Test func `every file of the state directory is checked`() throws {
        try withWorld { world in
            let aside = world.state + "/replaced-20260101T000000Z"
            try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: false)
            try Files.set(aside, 0o700)
            let files = [
                "audit/audit-00000001.jsonl", "audit/audit-00000001.jsonl.old", "spool/slot-3", "vault.db.lock",
                "vault.db-wal", "replaced-20260101T000000Z/vault.db",
            ]
            for file in files {
                let path = world.state + "/" + file
                if !Files.exists(path) { try Data().write(to: URL(filePath: path)) }
                try Files.set(path, 0o640)
            }
            let said = try world.keyturn("doctor", "--json").json["checks"].elements.filter {
                $0["check"].string == "permissions"
            }
            #expect(
                Set(said.compactMap { $0["detail"].string?.split(separator: ":").first.map(String.init) }) == Set(files)
            )
            #expect(said.allSatisfy { $0["try"].string?.hasPrefix("chmod 0600 ") == true })
        }
    }

    @Test func `without a daemon the doctor says so and checks the rest`() throws {
        try withWorld { world in
            try world.stop()
            try Files.set(world.state + "/audit", 0o755)
            let outcome = try world.keyturn("doctor")
            #expect(outcome.exit == 65 && outcome.errors.isEmpty)
            #expect(outcome.output.hasPrefix("failed   daemon: no daemon listens"))
            #expect(
                outcome.output.contains("audit: other users can access it") && outcome.output.contains("chmod 0700"))
            #expect(outcome.output.contains("keyturnd check") && outcome.output.contains("Linux"))
        }
    }

    @Test func `an unlock key that is gone is named before the next start needs it`() throws {
        try withWorld { world in
            try FileManager.default.moveItem(atPath: world.keyFile, toPath: world.keyFile + ".away")
            #expect(try world.problems() == ["unlock_key_gone"])
            let told = try world.keyturn("status", "--check")
            #expect(told.exit == 1 && told.output.contains("the key file \(world.keyFile) cannot be read"), "\(told)")
            let said = try world.keyturn("doctor").output
            #expect(said.contains("failed   unlock:") && !said.contains("unlock_key_gone"), "\(said)")
            try FileManager.default.moveItem(atPath: world.keyFile + ".away", toPath: world.keyFile)
            #expect(try world.problems().isEmpty)
        }
    }

    @Test func `a vault that is gone leads to a backup, and only where none was to a new vault`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.stop()
            for suffix in ["", "-wal", ".lock"] { try? FileManager.default.removeItem(atPath: world.vault + suffix) }
            let lost = try world.keyturn("doctor")
            #expect(lost.output.contains("failed   vault_file: there is no vault at"), "\(lost)")
            #expect(lost.output.contains("although there was one: it left audit, spool"), "\(lost)")
            #expect(lost.output.contains("keyturnd restore FILE") && !lost.output.contains("keyturnd init"), "\(lost)")
            try FileManager.default.removeItem(atPath: world.state)
            let gone = try world.keyturn("doctor")
            #expect(gone.output.contains("try: mount it, or name the right one with --state-dir"), "\(gone)")
            try FileManager.default.createDirectory(atPath: world.state, withIntermediateDirectories: false)
            try Files.set(world.state, 0o700)
            #expect(try world.keyturn("doctor").output.contains("try: keyturnd init"))
        }
    }

    @Test func `a locked vault and an unreachable Zoom are named`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start("--log-level", "notice")
            #expect(try world.diagnosis(expecting: 65)["vault"] == "failed")
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            try world.must("unlock", "--recovery-stdin", input: recovery)
            try world.must(
                "app", "add", "nowhere", "--account-id=a", "--client-id=c", "--token-url",
                "http://127.0.0.1:9/oauth/token",
                "--api-url", "http://127.0.0.1:9", "--secret-stdin", "--no-verify", input: "secret")
            #expect(try world.diagnosis(expecting: 65)["zoom"] == "failed")
        }
    }

    /// A clock that is before the program was made: served, and nothing is rotated.
    @Test func `a clock before the program's build stops rotations and is named`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let clock = try TestClock(in: world.directory)
            try world.start("--key-file", world.keyFile, environment: clock.environment)
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            clock.setWall(by: 1_600_000_000 - clock.now)
            #expect(try world.diagnosis(expecting: 65)["clock"] == "failed")
            #expect(try world.diagnosis(expecting: 65)["clock_jump"] == "warning")
            let calls = try world.sandbox.rotationCalls()
            #expect(try world.ask("POST", "/v1/apps/zoom-prod/rotate", body: "{}").status < 300)
            #expect(try world.openRotations().first?["reason"].string?.contains("clock") == true)
            #expect(try world.sandbox.rotationCalls() == calls && world.fetchedSecret() == app.secret)
            clock.setWall(by: Int(Date().timeIntervalSince1970) - clock.now)
            try eventually("the rotation to go on") { try world.fetchedSecret() != app.secret }
        }
    }
}

extension World {
    /// What the doctor says of each thing.
    func diagnosis(expecting exit: Int32 = 0) throws -> [String: String] {
        let outcome = try keyturn("doctor", "--json")
        #expect(outcome.exit == exit, "\(outcome)")
        return try outcome.json["checks"].elements.reduce(into: [:]) { found, line in
            guard let check = line["check"].string, found[check] == nil else { return }
            found[check] = line["outcome"].string
        }
    }
}
