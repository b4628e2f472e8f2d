import Foundation
import Testing

/// Vaults that were changed behind the daemon's back are refused, by name, and not touched.
@Suite(.realProcesses) struct DamageTests {
    private static func expectRefusal(_ outcome: Outcome, naming table: String) {
        let words = outcome.errors.split(separator: "\n").last { $0.hasPrefix("keyturnd: ") } ?? ""
        #expect(outcome.exit == 65)
        #expect(words.contains(table.replacing("_", with: " ")) || words.contains(table), "\(words)")
        #expect(outcome.errors.contains("\n  try: "), "\(outcome.errors)")
    }

    @Test(arguments: ["app", "generation", "client", "state", "keyring", "key_slot"])
    func `a flipped bit in a sealed row is found`(_ table: String) throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            let row = try world.sqlite("SELECT id, hex(sealed) FROM \(table) LIMIT 1;")[0].split(separator: "|")
            var bytes = try #require(Data(hex: row[1]))
            bytes[bytes.count - 20] ^= 0x10
            try world.sqlite("UPDATE \(table) SET sealed = x'\(bytes.hex)' WHERE id = '\(row[0])';")
            let outcome = try world.refusal()
            // Of a wrapped key nobody can tell damage from the wrong key.
            Self.expectRefusal(outcome, naming: table == "key_slot" ? "key slot" : table)
        }
    }

    @Test(arguments: ["app", "generation", "client"]) func `swapped rows are found`(_ table: String) throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            let rows = try world.sqlite("SELECT id, hex(sealed) FROM \(table) LIMIT 2;").map {
                $0.split(separator: "|")
            }
            try world.sqlite(
                """
                UPDATE \(table) SET sealed = x'\(rows[0][1])' WHERE id = '\(rows[1][0])';
                UPDATE \(table) SET sealed = x'\(rows[1][1])' WHERE id = '\(rows[0][0])';
                """)
            Self.expectRefusal(try world.refusal(), naming: table)
        }
    }

    @Test(arguments: [
        ("generation", "UPDATE generation SET number = number + 1"),
        ("generation", "UPDATE generation SET state = 'previous'"),
        ("generation", "UPDATE generation SET id = 'x' || id"),
        ("row", "DELETE FROM client WHERE id = (SELECT min(id) FROM client)"),
        ("row", "DELETE FROM token; DELETE FROM generation WHERE id = (SELECT min(id) FROM generation)"),
        ("row", "DELETE FROM client"), ("state", "DELETE FROM state"), ("keyring", "DELETE FROM keyring"),
        ("key slot", "DELETE FROM key_slot"),
        ("client", "INSERT INTO client SELECT 'copy', name_index || 'x', sealed FROM client LIMIT 1"),
        ("client", "DROP TABLE client"),
        ("trigger", "CREATE TRIGGER added AFTER INSERT ON generation BEGIN DELETE FROM generation; END"),
        ("view", "CREATE VIEW added AS SELECT * FROM generation"),
        ("index", "CREATE INDEX added ON generation (id)"),
        ("state", "INSERT OR REPLACE INTO state SELECT id, format, commits, head, zeroblob(200) FROM state"),
    ]) func `a changed or missing row is found`(_ named: String, _ statement: String) throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            try world.sqlite(statement + ";")
            Self.expectRefusal(try world.refusal(), naming: named)
        }
    }

    @Test func `a statement that changes nothing is no damage`() throws {
        try withWorld { world in
            let apps = try world.fillAndStop()
            try world.sqlite("UPDATE client SET sealed = sealed; VACUUM;")
            try world.start()
            #expect(try world.get("/v1/apps/zoom-one/credentials").json["client_secret"].string == apps[0].secret)
        }
    }

    @Test func `a removed client that is put back is found`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            let before = try world.sqlite("SELECT id, name_index, hex(sealed) FROM client;")
            try world.start()
            try world.must("client", "remove", "ping", "--yes")
            try world.stop()
            for row in before.map({ $0.split(separator: "|") }) {
                try world.sqlite("INSERT OR IGNORE INTO client VALUES ('\(row[0])', '\(row[1])', x'\(row[2])');")
            }
            Self.expectRefusal(try world.refusal(), naming: "row")
        }
    }

    @Test func `swapped tokens are served to no client`() throws {
        try withWorld { world in
            _ = try [world.addApp("zoom-one"), world.addApp("zoom-two")]
            let paths = ["/v1/apps/zoom-one/token", "/v1/apps/zoom-two/token"]
            let tokens = try paths.map { try world.get($0).json["access_token"].string }
            try world.stop()
            let rows = try world.sqlite("SELECT app, hex(sealed) FROM token;").map { $0.split(separator: "|") }
            for (row, other) in [(rows[0], rows[1]), (rows[1], rows[0])] {
                try world.sqlite("UPDATE token SET sealed = x'\(other[1])' WHERE app = '\(row[0])';")
            }
            try world.start()
            for path in paths {
                let token = try world.get(path).json["access_token"].string
                #expect(token != nil && !tokens.contains(token))
            }
        }
    }

    @Test func `the wrong key file opens nothing and harms nothing`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            let other = world.directory + "/other"
            try Data((0..<32).map { UInt8($0) }).write(to: URL(filePath: other))
            try Files.set(other, 0o400)
            let outcome = try world.refusal("serve", "--key-file", other)
            #expect(outcome.exit == 65 && outcome.errors.contains("does not open any key slot of the vault"))
            #expect(try world.refusal("serve", "--key-file", "/nowhere/key").exit == 66)
        }
    }

    @Test func `a newer schema is refused and left alone`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            try world.sqlite("PRAGMA user_version = 99;")
            let outcome = try world.refusal()
            #expect(outcome.exit == 65 && outcome.errors.contains("99") && outcome.errors.contains("newer"))
        }
    }

    @Test(.enabled(if: SmallDisk.mayMount, SmallDisk.why))
    func `a file system that cannot be written is named`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            let before = try Files.picture(world.state)
            let serve = """
                mount --bind \(world.state) \(world.state) && mount -o remount,bind,ro \(world.state) &&
                exec '\(Programs.keyturnd)' serve --key-file \(world.keyFile)
                """
            let outcome = try world.runner.run("unshare", ["-m", "/bin/sh", "-c", serve])
            #expect(outcome.exit == 74 && outcome.complains(as: "keyturnd"), "\(outcome)")
            #expect(outcome.errors.lowercased().contains("read-only") && outcome.errors.contains("writable"))
            #expect(try Files.picture(world.state) == before)
        }
    }

    @Test(.enabled(if: OtherUser.mayRunPrograms, OtherUser.whyNoPrograms))
    func `a directory without permission is named`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            for command in [["serve"], ["init", "--passphrase-stdin"]] {
                let outcome = try world.run(Programs.keyturnd, command, as: OtherUser(), input: "correct horse battery")
                #expect(outcome.exit == 77 && outcome.complains(as: "keyturnd") && outcome.errors.contains(world.state))
            }
        }
    }
}
