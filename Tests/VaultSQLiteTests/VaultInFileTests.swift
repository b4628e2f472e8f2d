import Domain
import SecretMemory
import TestSupport
import Testing
import Vault

@testable import VaultSQLite

/// The vault's own life on the store that is shipped: what the store's own rules (foreign keys, unique indices) might
/// not let through.
@Suite struct VaultInFileTests {
    @Test func `a whole life is the same after each restart: added, saved, changed, removed, added again`() async throws
    {
        let file = try await FileVault()
        var last = try await file.use { vault in
            for number in 0..<5 { try await vault.add(number: number, at: file.time.now) }
        }
        #expect(last.apps.count == 5 && last.clients.count == 5)
        last = try await file.use { vault in
            #expect(VaultPicture(vault) == last)
            try await vault.removeApp(.test("app-0"))
            try await vault.removeClient(.test("client-0"))
            let second = App.sample("app-1")
            let token = Token.sample("another", issuedAt: file.time.now.wall, lifetime: 60, scopes: nil)
            try await vault.save(SeenToken(token: token, seen: file.time.now, minted: true), for: second)
            try await vault.save(nil, for: .sample("app-2"))
            try await vault.add(.sample("app-0", id: "again"), clientSecret: SecretBox("second life"))
        }
        #expect(last.apps.map(\.secret).first == "second life" && last.apps[1].token?.text == "another")
        last = try await file.use { vault in
            #expect(VaultPicture(vault) == last)
            for entry in vault.catalog.apps { try await vault.removeApp(entry.app.name) }
            for client in vault.catalog.clients { try await vault.removeClient(client.name) }
        }
        #expect(last.apps.isEmpty && last.clients.isEmpty)
        #expect(try await file.use() == last)
        let others = [SealedTable.unlockMethod, .history, .nodeState]
        for table in SealedTable.counted + SealedTable.uncounted where !others.contains(table) {
            #expect(try sqlite(file.path, "SELECT count(*) FROM \(table.name)").output == "0\n")
        }
    }

    @Test func `no secret is in the file in the clear, and nothing but IDs is`() async throws {
        let file = try await FileVault()
        let (store, vault) = try await file.open()
        try await vault.add(number: 1, at: file.time.now)
        let entry = try #require(vault.catalog.app(.test("app-1")))
        let receipt = Receipt(of: entry, by: "who-fetches", at: file.time.now.wall, isAcknowledged: true)
        try await vault.save([(entry.app, receipt)])
        var files = try contents(file.path) + contents(file.path + "-wal")
        try await store.close()
        files += try contents(file.path)
        for text in [
            "secret-of-1", "token-of-1", "account-app-1", "client-app-1", "app-1\"", "somebody", "invalid_client",
            "who-fetches",
        ] {
            #expect(!files.contains(Array(text.utf8)), "\(text)")
        }
        #expect(files.contains(Array("id-of-app-1".utf8)), "the search finds what is there")
    }

    @Test func `the rotation under way is found by the index that has no others`() async throws {
        let file = try await FileVault()
        let (store, _) = try await file.open()
        let plan = try await store.onConnection { connection in
            let rows = try connection.prepare(
                "EXPLAIN QUERY PLAN " + SQLiteTransaction.openRow(of: .rotation), [.text("app")])
            return try rows.step() ? rows.text(3) : ""
        }
        #expect(plan.contains("USING INDEX rotation_open (app=?)"), "\(plan)")
        try await store.close()
    }

    @Test func `a hundred changes at once all survive`() async throws {
        let file = try await FileVault()
        let picture = try await file.use { vault in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<25 { group.addTask { try await vault.add(number: number, at: file.time.now) } }
                try await group.waitForAll()
            }
        }
        #expect(picture.apps.count == 25)
        #expect(try await file.use() == picture)
    }
    @Test(arguments: ["retired", "refused", "aborted"])
    func `a rotation that has ended does not continue in the file, whatever the program believes`(_ state: String)
        async throws
    {
        let file = try await FileVault()
        try await file.use { vault in try await vault.add(number: 1, at: file.time.now) }
        let ended = "INSERT INTO rotation SELECT 'a', id, '\(state)', NULL, sealed FROM app"
        let outcome = try sqlite(file.path, "\(ended); UPDATE rotation SET state = 'planned'")
        #expect(outcome.status != 0 && outcome.output.contains("does not continue"), "\(outcome)")
        #expect(try sqlite(file.path, "UPDATE rotation SET sealed = x'00', state = state").status == 0)
        #expect(try sqlite(file.path, "SELECT state FROM rotation").output == "\(state)\n")
    }

    @Test(arguments: [
        (
            "INSERT INTO generation SELECT 'other', app, number + 1, 'current', sealed FROM generation",
            "generation.app"
        ),
        (
            "INSERT INTO generation SELECT 'other', app, number, 'previous', sealed FROM generation",
            "generation.app"
        ),
        (
            "INSERT INTO rotation SELECT column1, id, column2, NULL, sealed FROM app, (VALUES ('a', 'planned'), ('b', 'draining'))",
            "rotation.app"
        ),
    ]) func `the file accepts no second current secret and no second open rotation, whatever the program believes`(
        _ statement: String, _ what: String
    ) async throws {
        let file = try await FileVault()
        try await file.use { vault in try await vault.add(number: 1, at: file.time.now) }
        let outcome = try sqlite(file.path, statement)
        #expect(outcome.status != 0 && outcome.output.contains("UNIQUE constraint failed: \(what)"), "\(outcome)")
    }
}
