import Glibc
import TestSupport
import Testing
import Vault

@testable import VaultSQLite

@Suite struct SettingsTests {
    @Test(arguments: [
        ("synchronous", "2"), ("journal_mode", "wal"), ("locking_mode", "exclusive"), ("foreign_keys", "1"),
        ("secure_delete", "1"), ("trusted_schema", "0"), ("cell_size_check", "1"), ("temp_store", "2"),
        ("busy_timeout", "0"), ("application_id", "1263817294"), ("user_version", "1"),
    ]) func `the connection that is used has the settings that keep commits safe`(name: String, value: String)
        async throws
    {
        let file = try await FileVault()
        let store = try SQLiteStore.open(at: file.path)
        // Of this very connection: the settings are its own.
        let found = try await store.onConnection { try $0.texts("PRAGMA \(name)") }
        #expect(found == [value])
        try await store.close()
    }

    @Test func `while the store is open the commits are in the WAL, and after closing everything is in the one file`()
        async throws
    {
        let file = try await FileVault()
        let (store, vault) = try await file.open()
        try await vault.add(number: 1, at: file.time.now)
        #expect(try file.directory.names == ["vault.db", "vault.db-wal", "vault.db.lock"])
        let header = try contents(file.path)
        #expect(header[18] == 2 && header[19] == 2, "the file says WAL")
        #expect(try contents(file.path + "-wal").count > 4096)
        try await store.close()
        #expect(try file.directory.names == ["vault.db", "vault.db.lock"])
        #expect(try sqlite(file.path, "SELECT count(*) FROM app; PRAGMA integrity_check").output == "1\nok\n")
    }

    @Test func `only the owner can read any of the files, whatever the umask`() async throws {
        // In a process of its own: the umask is the whole process's, and so that of the tests beside this one.
        await #expect(processExitsWith: .success) {
            umask(0)
            let file = try await FileVault()
            let (store, vault) = try await file.open()
            try await vault.add(number: 1, at: file.time.now)
            let names = try file.directory.names
            #expect(names.count >= 2)
            for name in names { #expect(try mode(file.directory.file(name)) == 0o600, "\(name)") }
            try await store.close()
        }
    }

    @Test func `a blob that was removed is not left in the file`() async throws {
        let file = try await FileVault()
        var dice = Dice(1)
        let (small, large) = (dice.bytes(300), dice.bytes(30_000))
        let store = try SQLiteStore.open(at: file.path)
        try await store.put(.app("small", small), .app("large", large))
        try await store.close()
        #expect(
            try contents(file.path).contains(Array(small)) && contents(file.path).contains(Array(large[5000..<5200])))
        let again = try SQLiteStore.open(at: file.path)
        _ = try await again.write { transaction in
            try transaction.remove(from: .app, id: "small")
            try transaction.remove(from: .app, id: "large")
        } committed: { _ in
        }
        try await again.close()
        let left = try contents(file.path)
        #expect(!left.contains(Array(small)) && !left.contains(Array(large[5000..<5200])))
        #expect(!left.contains(Array(large[29_000..<29_200])))
    }
}
