import TestSupport
import Testing
import Vault
import VaultSQLite

/// A file that is not what was written is refused, or serves exactly what was written; tokens may be missing. Never
/// anything else.
@Suite struct DamageTests {
    private let original: VaultPicture
    private let bytes: [UInt8]

    init() async throws {
        let file = try await FileVault()
        original = try await file.use { vault in
            for number in 0..<12 { try await vault.add(number: number, at: file.time.now) }
        }
        bytes = try contents(file.path)
    }

    /// `nil` when the file is refused.
    private func served(_ bytes: [UInt8]) async throws -> VaultPicture? {
        let file = try FileVault(files: ["vault.db": bytes])
        do {
            return try await file.use()
        } catch let error as StoreError {
            #expect(error.code != .closed)
        } catch let error as VaultError {
            #expect(error.code != .wrongKey || bytes.count == self.bytes.count)
        }
        return nil
    }

    @Test func `an undamaged file serves everything`() async throws {
        #expect(try await served(bytes) == original)
        #expect(bytes.count > 10 * 4096)
    }

    @Test(arguments: 0..<4)
    func `a file that was cut anywhere is refused, or lost no more than the unused end of its last page`(part: Int)
        async throws
    {
        for length in stride(from: part * 512, to: bytes.count, by: 4 * 512) {
            guard let picture = try await served(Array(bytes.prefix(length))) else { continue }
            #expect(length > bytes.count - 4096 && picture.isHonest(about: original), "cut at \(length)")
        }
    }

    @Test func `a page that is lost, zeroed or replaced by its neighbour is refused or does not matter`() async throws {
        for start in stride(from: 0, to: bytes.count, by: 4096) {
            for other in [nil, (start + 4096) % bytes.count] {
                var damaged = bytes
                let page = other.map { Array(bytes[$0..<$0 + 4096]) } ?? [UInt8](repeating: 0, count: 4096)
                damaged.replaceSubrange(start..<start + 4096, with: page)
                guard let picture = try await served(damaged) else { continue }
                #expect(picture.isHonest(about: original), "page at \(start)")
            }
        }
    }

    @Test func `a page of an older copy, or of random bytes, is refused or does not matter`() async throws {
        let file = try FileVault(files: ["vault.db": bytes])
        let now = try await file.use { vault in
            for number in 12..<14 { try await vault.add(number: number, at: file.time.now) }
            try await vault.removeApp(.test("app-3"))
            try await vault.removeClient(.test("client-4"))
        }
        let newer = try contents(file.path)
        var dice = Dice(7)
        var refused = 0
        for start in stride(from: 0, to: newer.count, by: 4096) {
            let noise = (0..<4096).map { _ in UInt8(dice.below(256)) }
            for page in [noise] + (start < bytes.count ? [Array(bytes[start..<start + 4096])] : []) {
                var damaged = newer
                damaged.replaceSubrange(start..<start + 4096, with: page)
                guard damaged != newer, let picture = try await served(damaged) else {
                    refused += 1
                    continue
                }
                #expect(picture.isHonest(about: now), "page at \(start)")
            }
        }
        #expect(refused > 10)
    }

    @Test(arguments: 0..<4) func `a flipped bit in any page is refused or does not matter`(seed: Int) async throws {
        var dice = Dice(UInt64(seed))
        var refused = 0
        for start in stride(from: 0, to: bytes.count, by: 4096) {
            // The headers of file and page, anywhere, and near the end, where the newest cells are.
            for at in [dice.below(112), dice.below(4096), 4095 - dice.below(600)] {
                var damaged = bytes
                damaged[start + at] ^= 1 << dice.below(8)
                guard let picture = try await served(damaged) else {
                    refused += 1
                    continue
                }
                #expect(picture.isHonest(about: original), "byte \(at) of the page at \(start)")
            }
        }
        #expect(refused > 5, "hardly a bit mattered")
    }

    @Test(arguments: ["app", "generation", "client", "state", "keyring", "key_slot"])
    func `a value of another type than the schema's is damage, and not the end of the process`(table: String)
        async throws
    {
        for value in ["5", "5.5", "'text'", "NULL", "x''"] {
            let file = try FileVault(files: ["vault.db": bytes])
            let (status, output) = try sqlite(
                file.path,
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(replace(sql, 'STRICT, ', ''), ' NOT NULL', '')
                WHERE name = '\(table)';
                """)
            try #require(status == 0, "\(output)")
            let (changed, reason) = try sqlite(file.path, "UPDATE \(table) SET sealed = \(value)")
            try #require(changed == 0, "\(reason)")
            await #expect(throws: (any Error).self, "\(value) in \(table)") { try await file.use() }
        }
    }

    @Test func `dropped tables are damage`() async throws {
        for table in SealedTable.all {
            let file = try FileVault(files: ["vault.db": bytes])
            try #require(try sqlite(file.path, "DROP TABLE \(table.name)").status == 0)
            await #expect(throws: (any Error).self, "\(table.name)") { try await file.use() }
        }
    }
}
