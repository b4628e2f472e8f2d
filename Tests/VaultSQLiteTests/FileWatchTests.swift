import Domain
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
        for name in ["a", "b"] { _ = try await store.acquireLease(name, holder: "h", now: .zero, expiry: .zero + 9) }
        #expect(store.isInPlace, "its own changes are none of others")
        // A page that SQLite has in memory: it would not notice.
        usleep(20_000)
        try Self.write(path + suffix, [1, 2, 3], at: 60)
        #expect(!store.isInPlace)
        await #expect {
            _ = try await store.acquireLease("c", holder: "h", now: .zero, expiry: .zero + 9)
        } throws: {
            ($0 as? StoreError)?.code == .gone && "\($0)".contains("was written by another program")
        }
        #expect(!store.isInPlace)
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
                if !store.isInPlace { bad += 1 }
                try? await Task.sleep(for: .microseconds(50))
            }
            return bad
        }
        // Past the size at which SQLite moves the journal into the file.
        for number in 0..<400 {
            _ = try await store.acquireLease("lease \(number)", holder: "h", now: .zero, expiry: .zero + 9)
        }
        looker.cancel()
        #expect(await looker.value == 0 && store.isInPlace)
        try await store.close()
    }
}

extension Timestamp {
    fileprivate static let zero = Timestamp(unixSeconds: 0)
}
