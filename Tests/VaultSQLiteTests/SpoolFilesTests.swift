import Glibc
import TestSupport
import Testing
import Vault
import VaultSQLite

/// Files that take an answer when nothing else does.
@Suite struct SpoolFilesTests {
    private let directory: TemporaryDirectory
    private var spool: SpoolFiles { SpoolFiles(directory: directory.file("spool"), spares: 3, size: 4096) }

    init() throws { directory = try TemporaryDirectory() }

    private func look(_ name: String) -> stat? {
        var status = stat()
        return unsafe lstat(directory.file(name), &status) == 0 ? status : nil
    }

    @Test func `spares are made once, whole, and for this user alone`() async throws {
        try await spool.prepare()
        try await spool.prepare()
        #expect(try #require(look("spool")).st_mode & 0o7777 == 0o700)
        for number in 1...3 {
            let file = try #require(look("spool/slot-\(number)"))
            #expect(file.st_mode & 0o7777 == 0o600 && file.st_size == 4096 && file.st_blocks * 512 >= 4096)
        }
        #expect(look("spool/slot-4") == nil)
        #expect(try await spool.files().isEmpty)
    }

    @Test func `an answer goes into a spare's own blocks, stays until it is freed, and leaves nothing`() async throws {
        try await spool.prepare()
        let before = try #require(look("spool/slot-1"))
        let kept = try await spool.save([1, 2, 3, 0])
        let after = try #require(look("spool/slot-1"))
        #expect(kept.name == "spool/slot-1")
        #expect(before.st_ino == after.st_ino && before.st_blocks == after.st_blocks && before.st_size == after.st_size)
        let other = try await spool.save([9, 9])
        #expect(other.name == "spool/slot-2", "never over another one")
        let found = try await spool.files()
        #expect(found.map(\.name) == [kept.name, other.name])
        #expect(found[0].bytes.starts(with: [1, 2, 3, 0]))

        try await spool.free(SpoolFile(name: kept.name, bytes: [7]))
        #expect(try await spool.files().count == 2, "something else is there: not touched")
        try await spool.free(found[0])
        try await spool.free(found[0])
        #expect(try await spool.files().map(\.name) == [other.name])
        #expect(try await spool.save([5]).name == "spool/slot-1", "a spare again")
    }

    @Test func `without a spare, or without one that is large enough, a new file is made and goes again`() async throws
    {
        let large = [UInt8](repeating: 7, count: 5000)
        let first = try await spool.save([1])
        #expect(first.name == "spool/slot-1" && look("spool")?.st_mode ?? 0 & 0o777 == 0o40700)
        try await spool.prepare()
        let second = try await spool.save(large)
        #expect(second.name == "spool/slot-5")
        #expect(try await spool.files().map(\.bytes) == [[1], large])
        try await spool.free(first)
        try await spool.free(second)
        #expect(look("spool/slot-1") == nil)
        #expect(try await spool.files().isEmpty)
    }

    @Test func `a directory that is not ours is refused`() async throws {
        #expect(unsafe mkdir(directory.file("other"), 0o700) == 0)
        #expect(unsafe symlink(directory.file("other"), directory.file("spool")) == 0)
        await #expect(throws: StoreError.self) { try await spool.prepare() }
        await #expect(throws: StoreError.self) { try await spool.save([1]) }
        #expect(look("other/slot-1") == nil)
        unsafe unlink(directory.file("spool"))
        #expect(unsafe mkdir(directory.file("spool"), 0o755) == 0)
        await #expect(throws: StoreError.self) { try await spool.prepare() }
        unsafe chmod(directory.file("spool"), 0o700)
        #expect(unsafe symlink("/etc/hostname", directory.file("spool/slot-1")) == 0)
        await #expect(throws: StoreError.self) { try await spool.files() }
    }

    @Test func `a spare that was half made is made whole, or another one is`() async throws {
        try await spool.prepare()
        #expect(unsafe truncate(directory.file("spool/slot-2"), 100) == 0)
        try await spool.prepare()
        #expect(look("spool/slot-4")?.st_size == 4096)
        #expect(try await spool.files().isEmpty)
    }
}
