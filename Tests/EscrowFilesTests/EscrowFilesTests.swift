import EscrowFiles
import Glibc
import TestSupport
import Testing
import Vault

/// Files that take an answer when nothing else does.
@Suite struct EscrowFilesTests {
    private let directory: TemporaryDirectory
    private var escrow: EscrowFiles { EscrowFiles(directory: directory.file("escrow"), spares: 3, size: 4096) }

    init() throws { directory = try TemporaryDirectory() }

    private func look(_ name: String) -> stat? {
        var status = stat()
        return unsafe lstat(directory.file(name), &status) == 0 ? status : nil
    }

    @Test func `spares are made once, whole, and for this user alone`() async throws {
        try await escrow.prepare()
        try await escrow.prepare()
        #expect(try #require(look("escrow")).st_mode & 0o7777 == 0o700)
        for number in 1...3 {
            let file = try #require(look("escrow/slot-\(number)"))
            #expect(file.st_mode & 0o7777 == 0o600 && file.st_size == 4096 && file.st_blocks * 512 >= 4096)
        }
        #expect(look("escrow/slot-4") == nil)
        #expect(try await escrow.files().isEmpty)
    }

    @Test func `an answer goes into a spare's own blocks, stays until it is freed, and leaves nothing`() async throws {
        try await escrow.prepare()
        let before = try #require(look("escrow/slot-1"))
        let kept = try await escrow.keep([1, 2, 3, 0])
        let after = try #require(look("escrow/slot-1"))
        #expect(kept.name == "escrow/slot-1")
        #expect(before.st_ino == after.st_ino && before.st_blocks == after.st_blocks && before.st_size == after.st_size)
        let other = try await escrow.keep([9, 9])
        #expect(other.name == "escrow/slot-2", "never over another one")
        let found = try await escrow.files()
        #expect(found.map(\.name) == [kept.name, other.name])
        #expect(found[0].bytes.starts(with: [1, 2, 3, 0]))

        try await escrow.free(EscrowFile(name: kept.name, bytes: [7]))
        #expect(try await escrow.files().count == 2, "something else is there: not touched")
        try await escrow.free(found[0])
        try await escrow.free(found[0])
        #expect(try await escrow.files().map(\.name) == [other.name])
        #expect(try await escrow.keep([5]).name == "escrow/slot-1", "a spare again")
    }

    @Test func `without a spare, or without one that is large enough, a new file is made and goes again`() async throws
    {
        let large = [UInt8](repeating: 7, count: 5000)
        let first = try await escrow.keep([1])
        #expect(first.name == "escrow/slot-1" && look("escrow")?.st_mode ?? 0 & 0o777 == 0o40700)
        try await escrow.prepare()
        let second = try await escrow.keep(large)
        #expect(second.name == "escrow/slot-5")
        #expect(try await escrow.files().map(\.bytes) == [[1], large])
        try await escrow.free(first)
        try await escrow.free(second)
        #expect(look("escrow/slot-1") == nil)
        #expect(try await escrow.files().isEmpty)
    }

    @Test func `what is no place of ours is refused`() async throws {
        #expect(unsafe mkdir(directory.file("other"), 0o700) == 0)
        #expect(unsafe symlink(directory.file("other"), directory.file("escrow")) == 0)
        await #expect(throws: StoreError.self) { try await escrow.prepare() }
        await #expect(throws: StoreError.self) { try await escrow.keep([1]) }
        #expect(look("other/slot-1") == nil)
        unsafe unlink(directory.file("escrow"))
        #expect(unsafe mkdir(directory.file("escrow"), 0o755) == 0)
        await #expect(throws: StoreError.self) { try await escrow.prepare() }
        unsafe chmod(directory.file("escrow"), 0o700)
        #expect(unsafe symlink("/etc/hostname", directory.file("escrow/slot-1")) == 0)
        await #expect(throws: StoreError.self) { try await escrow.files() }
    }

    @Test func `a spare that was half made is made whole, or another one is`() async throws {
        try await escrow.prepare()
        #expect(unsafe truncate(directory.file("escrow/slot-2"), 100) == 0)
        try await escrow.prepare()
        #expect(look("escrow/slot-4")?.st_size == 4096)
        #expect(try await escrow.files().isEmpty)
    }
}
