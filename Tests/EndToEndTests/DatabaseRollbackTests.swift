import Foundation
import PostgreSQLTestSupport
import TestSupport
import Testing

/// A database that was put back to an earlier state, together with the row that says who may change the vault.
@Suite(.realProcesses) struct DatabaseRollbackTests {
    private static let unwanted = ["keyturn adopt", "systemctl restart"]

    /// A daemon that serves a new secret, from a database put back to before its start.
    private func withRollback(_ body: (World, VaultDatabase, ZoomApp, _ newest: String) throws -> Void) throws {
        try withDatabase { world, database in
            let app = try world.addApp("zoom-prod")
            try world.stop()
            try database.save(as: "earlier")
            try world.start()
            try world.must("rotate", "zoom-prod", "--overlap", "1d")
            let newest = try #require(try world.fetchedSecret())
            #expect(newest != app.secret)
            try database.putBack("earlier")
            try eventually("the beat to notice") { try world.problems().contains("store_rolled_back") }
            try body(world, database, app, newest)
        }
    }

    @Test func `it is named, the newest secret is served, and nothing offers what would lose it`() throws {
        try withRollback { world, _, app, newest in
            let problems = try world.keyturn("status", "--json").json["problems"].elements
            #expect(problems.first?["code"].string == "store_rolled_back", "\(problems)")
            #expect(problems.first?["try"].string?.hasPrefix("do not restart keyturnd") == true, "\(problems)")
            let calls = try world.sandbox.rotationCalls()
            for words in [
                ["rotate", "zoom-prod", "--now", "--yes"], ["rotate", "zoom-prod", "--dry-run"],
                ["client", "add", "other", "--uid", "1", "--allow", "*:token"],
            ] {
                let outcome = try world.runner.run(Programs.keyturn, words)
                #expect(outcome.exit != 0 || words.contains("--dry-run"), "\(outcome)")
                let said = outcome.output + outcome.errors
                #expect(said.contains("do not restart keyturnd"), "\(words): \(outcome)")
                #expect(!Self.unwanted.contains { said.contains($0) }, "\(words): \(outcome)")
            }
            #expect(try world.sandbox.rotationCalls() == calls && world.fetchedSecret() == newest)
            #expect(try world.sandbox.accepts(app.secret, of: app))
        }
    }

    @Test func `without a newer copy, the newest secret is carried over by hand`() throws {
        try withRollback { world, _, _, newest in
            let fetched = try world.must("fetch", "zoom-prod", "--field", "client_secret")
            #expect(fetched.output.trimmingCharacters(in: .newlines) == newest)
            let file = try world.backups() + "/now.db"
            try world.must("backup", file)
            try world.stop()
            let refused = try world.keyturnd("serve", "--key-file", world.keyFile)
            #expect(refused.exit == 65 && refused.errors.contains("older than its audit log"), "\(refused)")
            #expect(!refused.errors.contains("vault.db"), "there is no such file: \(refused)")
            try carryOver(file, newest, world)
        }
    }

    @Test func `after a restart, the database's own rows are restored out of the directory that a restore made`() throws
    {
        try withRollback { world, _, _, newest in
            let fetched = try world.must("fetch", "zoom-prod", "--field", "client_secret")
            #expect(fetched.output.trimmingCharacters(in: .newlines) == newest)
            let older = try world.backups() + "/older.db"
            try world.must("backup", older)
            try world.stop()
            let first = try world.keyturnd("restore", older, "--key-file", world.keyFile, "--replace", "--json")
            let aside = try #require(try first.json["moved_aside"].string)
            try carryOver(aside + "/vault.db", newest, world)
        }
    }

    private func carryOver(_ file: String, _ newest: String, _ world: World) throws {
        let restored = try world.keyturnd("restore", file, "--key-file", world.keyFile, "--replace")
        #expect(restored.exit == 0 && restored.output.contains("had a newer secret"), "\(restored)")
        try world.start()
        try world.must("rotate", "zoom-prod", "--manual", "--secret-stdin", input: newest)
        #expect(try world.fetchedSecret() == newest)
        #expect(try !world.problems().contains { $0.hasPrefix("store") || $0 == "newer_secret_lost" })
        #expect(try world.keyturn("audit", "verify").exit == 0)
    }

    @Test func `a daemon that lost the vault to another offers no adopt, and the new owner can`() throws {
        try withDatabase { world, database in
            try world.addApp("zoom-prod")
            try database.sql(
                "UPDATE keyturn.writer SET fence = fence + 1, node = 'x', instance = 'x', place = 'host two'")
            try eventually("the beat to notice") { try world.problems().contains("store_taken") }
            for words in [["rotate", "zoom-prod"], ["rotate", "zoom-prod", "--dry-run"]] {
                let outcome = try world.runner.run(Programs.keyturn, words)
                let said = outcome.output + outcome.errors
                #expect(said.contains("host two") && said.contains("stop one of both"), "\(outcome)")
                #expect(!said.contains("keyturn adopt"), "\(outcome)")
            }
            #expect(try !world.problems().contains("vault_elsewhere"))
        }
    }
}
