import Domain
import SecretMemory
import TestSupport
import Testing
import Vault

/// Changes at the same time.
@Suite struct ConcurrentChangesTests {
    @Test func `of two hundred changes at once none is lost, and the catalog ends as the store does`() async throws {
        let changed = try await ChangedVault()
        let (vault, time) = (changed.vault, changed.time)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask { try await vault.add(.sample("app-\(number)"), clientSecret: SecretBox("\(number)")) }
                group.addTask { try await vault.add(.sample("client-\(number)")) }
            }
            try await group.waitForAll()
        }
        let now = time.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                let app = App.sample("app-\(number)")
                group.addTask {
                    let token = Token.sample("token-\(number)", issuedAt: now.wall)
                    try await vault.save(SeenToken(token: token, seen: now, minted: true), for: app)
                }
                group.addTask {
                    if number % 2 == 0 { try await vault.removeClient(.test("client-\(number)")) }
                }
            }
            try await group.waitForAll()
        }
        #expect(vault.catalog.entries.count == 50 && vault.catalog.clients.count == 25)
        #expect(vault.catalog.entries.allSatisfy { $0.token != nil })
        #expect(await changed.isDurable)
    }

    @Test func `of a hundred callers that add one name at once, one succeeds`() async throws {
        let changed = try await ChangedVault()
        let vault = changed.vault
        let added = await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let app = App.sample("alpha", id: "id-\(number)")
                    return await code { try await vault.add(app, clientSecret: SecretBox("\(number)")) } == nil
                        ? 1 : 0
                }
            }
            return await group.reduce(0, +)
        }
        #expect(added == 1 && vault.catalog.entries.count == 1)
        #expect(await changed.isDurable)
    }
}
