import Envelope
import Foundation
import SecretMemory
import TestSupport
import Testing
import Vault
import VaultSQLite

@Suite struct CreationTests {
    private struct Stop: Error, Equatable {}

    private func create(_ path: String) async throws {
        try await SQLiteStore.create(at: path) { store in try await Vault.create(in: store, unlockKeys: [.keyFile()]) }
    }

    private func opens(_ path: String) async -> Bool {
        guard let store = try? SQLiteStore.open(at: path) else { return false }
        let isOpen = (try? await Vault.open(store, with: .keyFile(), time: ManualTime())) != nil
        try? await store.close()  // left to its end, its files go at some later moment
        return isOpen
    }

    @Test func `the remains of an earlier attempt are removed, and a link in their place is not followed`() async throws
    {
        let directory = try TemporaryDirectory()
        try write(Array("half a vault".utf8), to: directory.file("vault.db.new"))
        try write([UInt8](repeating: 9, count: 100_000), to: directory.file("vault.db.new-wal"))
        try write([UInt8](repeating: 9, count: 1000), to: directory.file("vault.db.new-journal"))
        try await create(directory.file("vault.db"))
        #expect(await opens(directory.file("vault.db")))
        #expect(try directory.names == ["vault.db", "vault.db.lock"])

        try write(Array("precious".utf8), to: directory.file("precious"))
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("other.db.new"), withDestinationPath: directory.file("precious"))
        try await create(directory.file("other.db"))
        #expect(await opens(directory.file("other.db")))
        #expect(try contents(directory.file("precious")) == Array("precious".utf8))
    }

    @Test func `a creation that fails leaves no vault and no draft, and can be repeated`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("vault.db")
        await #expect(throws: Stop()) {
            try await SQLiteStore.create(at: path) { store in
                try await Vault.create(in: store, unlockKeys: [.keyFile()])
                throw Stop()
            }
        }
        #expect(try directory.names == ["vault.db.lock"])
        await #expect(throws: VaultError.self) {
            try await SQLiteStore.create(at: path) { store in
                try await Vault.create(in: store, unlockKeys: [UnlockKey(.keyFile(SecretBytes(copying: "short")))])
            }
        }
        #expect(try directory.names == ["vault.db.lock"])
        try await create(path)
        #expect(await opens(path))
    }

    @Test(arguments: ["", "some text", "SQLite format 3\0"])
    func `an existing file is refused and not touched, whatever it is`(text: String) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("vault.db")
        try write(Array(text.utf8), to: path)
        await #expect {
            try await create(path)
        } throws: {
            ($0 as? StoreError)?.code == .exists
        }
        #expect(try contents(path) == Array(text.utf8))
        #expect(try directory.names == ["vault.db", "vault.db.lock"])
    }

    @Test func `a vault in use is not created again, and two creations at once make one`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("vault.db")
        try await SQLiteStore.create(at: path) { store in
            try await Vault.create(in: store, unlockKeys: [.keyFile()])
            await #expect {
                try await self.create(path)
            } throws: {
                ($0 as? StoreError)?.code == .inUse
            }
            #expect(throws: StoreError.self) { try SQLiteStore.open(at: path) }
        }
        #expect(await opens(path))
        await #expect {
            try await create(path)
        } throws: {
            ($0 as? StoreError)?.code == .exists
        }
        #expect(await opens(path))
    }

    @Test func `a missing directory is reported as such`() async throws {
        let directory = try TemporaryDirectory()
        await #expect {
            try await create(directory.file("none/vault.db"))
        } throws: {
            ($0 as? StoreError)?.code == .missing
        }
    }

    @Test func `a creation that is killed, early or late, leaves no vault, and the next one succeeds`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("vault.db")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            try await SQLiteStore.create(at: path) { _ in kill(getpid(), SIGKILL) }
        }
        #expect(try directory.names.contains("vault.db.new") && !directory.names.contains("vault.db"))
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            try await SQLiteStore.create(at: path) { store in
                try await Vault.create(in: store, unlockKeys: [.keyFile()])
                kill(getpid(), SIGKILL)
            }
        }
        #expect(try !directory.names.contains("vault.db"))
        try await create(path)
        #expect(await opens(path))
        #expect(try directory.names == ["vault.db", "vault.db.lock"])
    }
}
