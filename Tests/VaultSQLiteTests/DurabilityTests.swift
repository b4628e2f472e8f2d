import Domain
import Foundation
import SecretMemory
import TestSupport
import Testing
import Vault
import VaultSQLite

@Suite struct DurabilityTests {
    private struct Unfinished: Error {}

    /// What the vault serves after each change, in order, and the files as they were after the last one: what a power
    /// cut would leave.
    private func history() async throws -> (pictures: [VaultPicture], files: [String: [UInt8]]) {
        let file = try await FileVault()
        let (store, vault) = try await file.open()
        var pictures = [VaultPicture(vault)]
        for number in 0..<6 {
            let app = App.sample("app-\(number)")
            try await vault.add(app, clientSecret: SecretBox("secret-\(number)"))
            pictures.append(VaultPicture(vault))
            let token = Token.sample("token-\(number)", issuedAt: file.time.now.wall)
            try await vault.save(SeenToken(token: token, seen: file.time.now, minted: true), for: app)
            pictures.append(VaultPicture(vault))
        }
        try await vault.removeApp(.test("app-0"))
        pictures.append(VaultPicture(vault))
        var files: [String: [UInt8]] = [:]
        for name in ["vault.db", "vault.db-wal"] { files[name] = try contents(file.directory.file(name)) }
        try await store.close()
        return (pictures, files)
    }

    private func picture(_ files: [String: [UInt8]]) async -> VaultPicture? {
        guard let file = try? FileVault(files: files) else { return nil }
        return try? await file.use()
    }

    @Test func `every commit is in the files at that moment`() async throws {
        let (pictures, files) = try await history()
        #expect(await picture(files) == pictures.last)
    }

    @Test func `a WAL that was cut anywhere gives the vault as it was after one of its commits`() async throws {
        let (pictures, files) = try await history()
        let wal = try #require(files["vault.db-wal"])
        var found: Set<Int> = []
        for length in stride(from: 0, to: wal.count, by: 4999) {
            let picture = try #require(await picture(files.merging(["vault.db-wal": Array(wal.prefix(length))]) { $1 }))
            found.insert(try #require(pictures.firstIndex(of: picture), "cut at \(length)"))
        }
        #expect(found.count > 5, "the cuts went through the commits")
    }

    @Test(arguments: 0..<4)
    func `a WAL in which a bit flipped gives the vault as it was after one of its commits, or none`(seed: Int)
        async throws
    {
        let (pictures, files) = try await history()
        var dice = Dice(UInt64(seed))
        for _ in 0..<25 {
            var wal = try #require(files["vault.db-wal"])
            let at = dice.below(wal.count)
            wal[at] ^= 1 << dice.below(8)
            guard let picture = await picture(files.merging(["vault.db-wal": wal]) { $1 }) else { continue }
            #expect(pictures.contains(picture), "bit in byte \(at)")
        }
    }

    @Test func `a process killed right after a commit, or within the next one, loses nothing durable and adds nothing`()
        async throws
    {
        let file = try await FileVault()
        let before = try await file.use { try await $0.add(number: 0, at: file.time.now) }
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = file.path as String] in
            let store = try SQLiteStore.open(at: path)
            let vault = try await Vault.open(store, with: .keyFile(), time: ManualTime())
            for number in 1...20 { try await vault.add(number: number, at: ManualTime().now) }
            kill(getpid(), SIGKILL)
        }
        let after = try await file.use()
        #expect(after.apps.count == 21 && after.clients.count == 21)
        #expect(after.apps.first == before.apps.first)
        #expect(after.apps.allSatisfy { $0.token?.text == "token-of-\($0.app.name)".replacing("app-", with: "") })

        await #expect(processExitsWith: .signal(SIGKILL)) { [path = file.path as String] in
            let store = try SQLiteStore.open(at: path)
            try await store.put(.app("lost", 1))
            try await store.write { transaction in
                try transaction.remove(from: .app, id: "lost")
                for number in 0..<1000 {
                    try transaction.put(.app("lost-\(number)", [UInt8](repeating: 1, count: 5000)))
                }
                kill(getpid(), SIGKILL)
            } committed: {
            }
        }
        let store = try SQLiteStore.open(at: file.path)
        let ids = try await store.rows(of: .app).map(\.id)
        #expect(ids.contains("lost") && !ids.contains { $0.hasPrefix("lost-") } && ids.count == 22)
        _ = try await store.write {
            try $0.remove(from: .app, id: "lost")
        } committed: { _ in
        }
        try await store.close()
        #expect(try await file.use() == after)
    }

    @Test func `a process killed between the commit and its publishing has committed`() async throws {
        let file = try await FileVault()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = file.path as String] in
            let store = try SQLiteStore.open(at: path)
            try await store.write {
                try $0.put(.app("kept"))
            } committed: {
                kill(getpid(), SIGKILL)
            }
        }
        let store = try SQLiteStore.open(at: file.path)
        #expect(try await store.rows(of: .app).map(\.id) == ["kept"])
        try await store.close()
    }
}
