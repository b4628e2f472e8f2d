import Foundation
import TestSupport
import Testing

/// `keyturnd restore`: nothing that was there is lost, and nothing of the backup is handed out unproven.
@Suite(.realProcesses) struct RestoreTests {
    @Test func `a revoked secret is named and never served, and a valid one is served once Zoom accepts it`() throws {
        try withWorld { world in
            let (living, dead) = (try world.addApp("zoom-living"), try world.addApp("zoom-dead"))
            let file = try world.backedUp()
            let rotated = try world.must("rotate", "zoom-dead", "--overlap", "0s", "--json").json
            #expect(rotated["state"].string != nil)
            try world.sandbox.switches(#"{"ui_regenerate":"revoke_at_once"}"#)
            let newest = try world.sandbox.regenerate(dead)
            try world.stop()
            try world.damage()

            let report = try world.restored(file, "--json").json
            #expect(report["rotated_since"].elements.map(\.string) == ["zoom-dead"])
            let aside = try #require(report["moved_aside"].string)
            #expect(try Files.names(aside) == ["vault.db"] && Files.mode(aside) == 0o700)

            // Nobody is served before Zoom was asked: here it cannot be reached.
            try world.sandbox.fault("status", #","status":503"#)
            try world.start()
            for name in ["zoom-living", "zoom-dead"] {
                for path in ["credentials", "credentials/client_secret", "credentials?after=0&wait=1"] {
                    let answer = try world.get("/v1/apps/\(name)/\(path)")
                    #expect(answer.status == 503 && answer.code == "unproven", "\(path): \(answer.text)")
                    #expect(answer.header("Retry-After") != nil)
                }
                let reported = try world.post("/v1/apps/\(name)/rejected", #"{"generation":1}"#)
                #expect(reported.status == 503 && reported.code == "unproven")
                #expect(try world.get("/v1/apps/\(name)/token").status >= 500)
            }
            #expect(try world.problems().filter { $0 == "secret_unproven" }.count == 2)

            try world.sandbox.control("DELETE", "/faults")
            try eventually("the living one") { try world.fetchedSecret("zoom-living") == living.secret }
            try eventually("the dead one to be named") { try world.problems().contains("restored_secret_refused") }
            let answer = try world.get("/v1/apps/zoom-dead/credentials")
            #expect(answer.status == 502 && answer.code == "restored_secret_refused", "\(answer.text)")
            #expect(answer.header("Retry-After") == nil, "to wait does not help")
            let fetched = try world.keyturn("fetch", "zoom-dead")
            #expect(fetched.exit == 79 && fetched.complains() && !fetched.errors.contains("in a moment"), "\(fetched)")
            #expect(fetched.errors.contains("keyturn rotate zoom-dead --manual"), "\(fetched)")
            let said = try world.keyturn("status").output
            #expect(said.contains("keyturn rotate zoom-dead --manual"))

            let byHand = try world.keyturn("rotate", "zoom-dead", "--manual", "--secret-stdin", input: newest)
            #expect(byHand.exit == 0, "\(byHand)")
            #expect(try world.fetchedSecret("zoom-dead") == newest)
            #expect(!(try world.problems().contains { $0.contains("restored") || $0.contains("unproven") }))

            // It stays proven over a restart.
            try world.stop()
            try world.sandbox.fault("status", #","status":503"#)
            try world.start()
            #expect(try world.fetchedSecret("zoom-living") == living.secret)
        }
    }

    @Test func `a waiting client gets the secret as soon as it is proven`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-one")
            let file = try world.backedUp()
            try world.stop()
            try world.restored(file, "--replace")
            try world.sandbox.fault("status", count: 1, #","status":503"#)
            try world.start()
            let answer = try world.get("/v1/apps/zoom-one/credentials?after=0&wait=30")
            #expect(try answer.status == 200 && answer.json["client_secret"].string == app.secret)
        }
    }

    @Test func `a backup restores into an empty directory of another machine`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-one")
            let file = try world.backedUp()
            try world.stop()
            try FileManager.default.removeItem(atPath: world.state)
            let outcome = try world.restored(file)
            #expect(outcome.output.contains("zoom-one, generation 1") && outcome.output.contains("keyturnd serve"))
            #expect(Files.mode(world.state) == 0o700 && Files.mode(world.vault) == 0o600)
            #expect(try Files.names(world.state) == ["audit", "vault.db", "vault.db.lock"])
            #expect(try world.checked(expecting: 0).errors.isEmpty)

            let other = world.directory + "/machine-id"
            try Data("0123456789abcdef0123456789abcdef\n".utf8).write(to: URL(filePath: other))
            try world.start("--key-file", world.keyFile, environment: ["KEYTURN_HOST_ID_FILE": other])
            try eventually("the secret") { try world.fetchedSecret("zoom-one") == app.secret }
            #expect(try world.problems().contains("vault_elsewhere"))
            let refused = try world.keyturn("rotate", "zoom-one")
            #expect(refused.exit == 75 && refused.complains() && refused.errors.contains("keyturn adopt"))
            try world.must("adopt", "--yes")
            #expect(!(try world.problems().contains("vault_elsewhere")))
            try world.must("rotate", "zoom-one")
            #expect(try world.must("audit", "verify").exit == 0)
            #expect(try world.must("audit", "show").output.contains("vault.restore"))
        }
    }

    @Test func `an intact vault is replaced only when the operator says so`() throws {
        try withWorld { world in
            let file = try world.backedUp()
            try world.addApp("zoom-later")
            let serving = try world.keyturnd("restore", file, "--key-file", world.keyFile)
            #expect(serving.exit == 75 && serving.complains(as: "keyturnd"))
            try world.stop()
            let before = try Files.picture(world.state)
            let refused = try world.keyturnd("restore", file, "--key-file", world.keyFile)
            #expect(refused.exit == 65 && refused.complains(as: "keyturnd") && refused.errors.contains("--replace"))
            #expect(refused.errors.contains("that the backup lacks"))
            #expect(try Files.picture(world.state) == before)

            let whole = try Files.bytes(world.vault)
            let report = try world.restored(file, "--replace", "--json").json
            let aside = try #require(report["moved_aside"].string)
            #expect(try Files.bytes(aside + "/vault.db") == whole)
            try world.start()
            #expect(try world.keyturn("app", "list", "--json").json["apps"].elements.isEmpty)
        }
    }

    @Test func `a vault with other keys is replaced only when the operator says so`() throws {
        try withWorld { world in
            try world.addApp("zoom-one")
            let file = try world.backedUp()
            try world.stop()
            try FileManager.default.moveItem(atPath: world.state, toPath: world.directory + "/first")
            let (key, recovery) = (world.directory + "/other-key", world.directory + "/other-recovery")
            #expect(try world.keyturnd("init", "--key-file", key, "--recovery-out", recovery).exit == 0)
            let before = try Files.picture(world.state)
            let refused = try world.keyturnd("restore", file, "--key-file", world.keyFile)
            #expect(refused.exit == 65 && refused.complains(as: "keyturnd"), "\(refused)")
            #expect(refused.errors.contains("opens with another key") && refused.errors.contains("--replace"))
            #expect(try Files.picture(world.state) == before)
            try world.restored(file, "--replace")
            try world.start()
            #expect(try world.keyturn("app", "list", "--json").json["apps"].elements.count == 1)
        }
    }

    @Test func `a vault that was put back is refused and named, and accepted only as a backup`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-one")
            try world.stop()
            let old = try Files.bytes(world.vault)
            try world.start()
            try world.must("client", "add", "ping", "--uid", "65534", "--allow", "*:credentials")
            try world.stop()
            try old.write(to: URL(filePath: world.vault))
            #expect(try world.refusal().errors.contains("older than its audit log"))
            let found = try world.checked("--json", expecting: 65).json["findings"].elements
            #expect(found.first?["severity"].string == "fatal")
            #expect(found.first?["detail"].string?.contains("older than its audit log") == true)
            try world.restored(world.vault)
            #expect(try world.checked(expecting: 0).errors.isEmpty)
            try world.start()
            try eventually("the secret") { try world.fetchedSecret("zoom-one") == app.secret }
            #expect(try world.keyturn("client", "list", "--json").json["clients"].elements.count == 1)
            #expect(try world.must("audit", "verify").exit == 0)
        }
    }

    @Test func `a backup that is damaged or has other keys changes nothing`() throws {
        try withWorld { world in
            try world.addApp("zoom-one")
            let file = try world.backedUp()
            try world.stop()
            try world.damage()
            let before = try Files.picture(world.state)
            var bytes = try Files.bytes(file)
            for place in stride(from: 8192, to: bytes.count, by: 300) { bytes[place] ^= 1 }
            let broken = try world.backups() + "/broken.db"
            let tampered = try world.backups() + "/tampered.db"
            try bytes.write(to: URL(filePath: broken))
            try Files.bytes(file).write(to: URL(filePath: tampered))
            #expect(try world.runner.run("sqlite3", [tampered], input: "DELETE FROM client;").exit == 0)
            // Each row of it is as it was written.
            let spied = try world.backups() + "/spied.db"
            try Files.bytes(file).write(to: URL(filePath: spied))
            let trigger = "CREATE TRIGGER spy AFTER INSERT ON token BEGIN DELETE FROM client; END;"
            #expect(try world.runner.run("sqlite3", [spied], input: trigger).exit == 0)
            for backup in [broken, tampered, spied] {
                let outcome = try world.keyturnd("restore", backup, "--key-file", world.keyFile)
                #expect(outcome.exit == 65 && outcome.complains(as: "keyturnd"), "\(outcome)")
            }
            let other = world.directory + "/other"
            try Data(repeating: 7, count: 32).write(to: URL(filePath: other))
            try Files.set(other, 0o400)
            #expect(try world.keyturnd("restore", file, "--key-file", other).exit == 65)
            #expect(try world.keyturnd("restore", file + ".none", "--key-file", world.keyFile).exit == 66)
            #expect(try Files.picture(world.state) == before)
        }
    }

    /// The world went on after the backup: what the restored rotation calls the old secret may be another one to Zoom.
    @Test func `a rotation out of a backup revokes no secret at Zoom`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-one")
            try world.must("rotate", "zoom-one", "--overlap", "1h")
            let handedOut = try world.fetchedSecret("zoom-one")
            let file = try world.backedUp()
            #expect(try world.openRotations().count == 1)
            try world.stop()
            try world.restored(file, "--replace")
            let calls = try world.sandbox.rotationCalls()
            try world.start()
            try eventually("the secret") { try world.fetchedSecret("zoom-one") == handedOut }
            let id = try #require(try world.openRotations().first?["id"].string)
            try world.must("client", "remove", "tests", "--yes")
            try world.admitEverything()
            let clock = try TestClock(in: world.directory)
            try world.stop()
            try world.start("--key-file", world.keyFile, environment: clock.environment)
            try world.pass(2 * 3600, on: clock)
            try eventually("the rotation to end") { try world.openRotations().isEmpty }
            #expect(try world.keyturn("rotation", "show", id, "--json").json["state"].string == "retired")
            #expect(try world.sandbox.rotationCalls() == calls && world.sandbox.accepts(app.secret, of: app))
        }
    }
}

extension World {
    /// A backup of the vault as it is now.
    func backedUp() throws -> String {
        let file = try backups() + "/\(UUID().uuidString.prefix(8)).db"
        try must("backup", file)
        return file
    }

    @discardableResult
    func restored(_ file: String, _ more: String...) throws -> Outcome {
        let outcome = try runner.run(Programs.keyturnd, ["restore", file, "--key-file", keyFile] + more)
        guard outcome.exit == 0 else { throw HarnessError("restore: \(outcome)") }
        return outcome
    }

    /// Breaks the vault's file so that it is refused.
    func damage() throws {
        var bytes = try Files.bytes(vault)
        for place in stride(from: 4096, to: bytes.count, by: 512) { bytes[place] ^= 0xFF }
        try bytes.write(to: URL(filePath: vault))
    }
}
