import Glibc
import SecretMemory
import TestSupport
import Testing
import Vault

@testable import VaultSQLite

/// Other programs that write to the vault's files while they are in use.
@Suite struct FileWatchTests {
    private static func write(_ path: String, _ bytes: [UInt8], at offset: Int) throws {
        let file = unsafe open(path, O_WRONLY)
        defer { close(file) }
        try #require(unsafe pwrite(file, bytes, bytes.count, off_t(offset)) == bytes.count)
    }

    @Test(arguments: ["", "-wal"])
    func `what another program writes into a file ends all changes, for good`(suffix: String) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/vault.db"
        try await SQLiteStore.create(at: path) { _ in }
        let store = try SQLiteStore.open(at: path)
        for name in ["a", "b"] { try await store.put(.app(name)) }
        #expect(store.trouble == nil, "its own changes are none of others")
        // A page that SQLite has in memory: it would not notice.
        usleep(20_000)
        try Self.write(path + suffix, [1, 2, 3], at: 60)
        #expect(store.trouble != nil)
        await #expect {
            try await store.put(.app("c"))
        } throws: {
            ($0 as? StoreError)?.code == .gone && "\($0)".contains("was written by another program")
        }
        #expect(store.trouble != nil)
        try await store.close()
    }

    @Test func `while this process writes, nobody else is blamed`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/vault.db"
        try await SQLiteStore.create(at: path) { _ in }
        let store = try SQLiteStore.open(at: path)
        let looker = Task.detached {
            var bad = 0
            while !Task.isCancelled {
                if store.trouble != nil { bad += 1 }
                try? await Task.sleep(for: .microseconds(50))
            }
            return bad
        }
        // Past the size at which SQLite moves the journal into the file.
        for number in 0..<400 {
            try await store.put(.app("\(number)"))
        }
        looker.cancel()
        #expect(await looker.value == 0 && store.trouble == nil)
        try await store.close()
    }
}
