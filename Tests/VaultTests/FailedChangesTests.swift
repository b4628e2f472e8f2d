import Domain
import SecretMemory
import TestSupport
import Testing
import Vault

/// Changes that the store does not take.
@Suite struct FailedChangesTests {
    @Test(arguments: [StoreError.Code.diskFull, .inputOutput, .readOnly])
    func `a change that cannot be committed shows nowhere, and the vault recovers with the store`(
        reason: StoreError.Code
    ) async throws {
        let changed = try await ChangedVault()
        let (store, vault, time) = (changed.store, changed.vault, changed.time)
        try await vault.fill(at: time.now, marked: "before")
        let picture = VaultPicture(vault)
        let beta = App.sample("beta")
        let token = SeenToken(token: .sample("new", issuedAt: time.now.wall), seen: time.now, minted: true)
        let changes: [() async throws -> Void] = [
            { try await vault.add(.sample("gamma"), clientSecret: SecretBox("x")) },
            { try await vault.add(.sample("three")) },
            { try await vault.removeApp(.test("alpha")) },
            { try await vault.removeClient(.test("one")) },
            { try await vault.save(token, for: beta) },
            { try await vault.save(.sample([time.now.wall + 5]), for: beta) },
            { try await vault.save(nil, for: beta) },
        ]
        store.failCommits(with: StoreError(reason, "the store fails"))
        for change in changes {
            #expect(await code(change) == .store(reason))
            #expect(VaultPicture(vault) == picture)
        }
        #expect(await changed.isDurable)
        store.failCommits(with: nil)
        for change in changes { try await change() }
        #expect(VaultPicture(vault) != picture)
        #expect(await changed.isDurable)
    }

    @Test func `a vault that was closed writes nothing more`() async throws {
        let changed = try await ChangedVault()
        let (store, vault, time) = (changed.store, changed.vault, changed.time)
        try await vault.fill(at: time.now, marked: "x")
        let commits = store.commits
        vault.close()
        #expect(await code { try await vault.removeApp(.test("alpha")) } == .closed)
        #expect(await code { try await vault.add(.sample("three")) } == .closed)
        #expect(store.commits == commits)
        #expect(await changed.isDurable)
    }

    @Test func `a change by another program is found before anything is written over it`() async throws {
        let filled = try await FilledVault()
        let commits = filled.store.commits
        _ = try await filled.store.write {
            try $0.remove(from: .state, id: "vault")
        } committed: { _ in
        }
        #expect(await code { try await filled.vault.add(.sample("three")) } == .damaged)
        #expect(filled.store.commits == commits + 1)
    }
}
