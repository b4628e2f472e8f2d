import Domain
import SecretMemory
import TestSupport
import Testing
import Vault

/// Changes of apps and clients: what they do, and what they are refused for.
@Suite struct ChangesTests {
    @Test func `a change of an app is made to what is there, not to what its caller saw`() async throws {
        let changed = try await ChangedVault()
        let vault = changed.vault
        let seen = App.sample("zoom")
        try await vault.add(seen, clientSecret: SecretBox("s"))
        try await vault.update(seen) { $0.policy.isPaused = true }
        try await vault.update(seen) { $0.policy.overlap = 77 }
        try await vault.identify(seen) { $0.accountID = "another" }
        let app = try #require(vault.catalog.app(.test("zoom"))?.app)
        #expect(app.policy.isPaused && app.policy.overlap == 77 && app.accountID == "another")
        #expect(await code { try await vault.update(seen) { $0 = seen } } == .busy, "it would bring the old ID back")
        #expect(vault.catalog.app(.test("zoom"))?.app == app)
        #expect(await changed.isDurable)
    }

    @Test func `an app at Zoom is stored once, whatever its name`() async throws {
        let changed = try await ChangedVault()
        let vault = changed.vault
        let app = App.sample("zoom")
        func copy(_ name: String, _ accountID: String, _ clientID: String) -> App {
            var copy = App.sample(name)
            (copy.accountID, copy.clientID) = (accountID, clientID)
            return copy
        }
        let (same, other) = (copy("same", app.accountID, app.clientID), copy("other", app.accountID, "another client"))
        try await vault.add(app, clientSecret: SecretBox("s"))
        #expect(await code { try await vault.add(same, clientSecret: SecretBox("s")) } == .exists)
        try await vault.add(other, clientSecret: SecretBox("s"))
        #expect(await code { try await vault.identify(other) { $0.clientID = app.clientID } } == .exists)
        #expect(throws: VaultError.self) { try vault.catalog.checkIdentity(of: same) }
        #expect(vault.catalog.apps.map(\.app) == [other, app] && (try? vault.catalog.checkIdentity(of: app)) != nil)
        #expect(await changed.isDurable)

        try await vault.identify(app) { $0.clientID = "a third" }
        try await vault.add(same, clientSecret: SecretBox("s"))
        try await vault.removeApp(same.name)
        try await vault.identify(app) { $0.clientID = same.clientID }
        #expect(await changed.isDurable)
    }

    @Test func `the current secret is not forgotten when its rotation is declared over`() async throws {
        let changed = try await ChangedVault()
        let (vault, time) = (changed.vault, changed.time)
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("s"))
        let rotation = Rotation.planned(
            id: "r1", app: app, base: .first, trigger: .operator, overlap: 0, at: time.now.wall)
        try await vault.begin(rotation, of: app)
        #expect(await code { try await vault.retire(by: rotation, of: app) } == .library)
        #expect(vault.catalog.app(app.name)?.credential.clientSecret.text == "s")
        #expect(await changed.isDurable)
    }

    @Test func `an added app is served, in the order of names, and again after a restart`() async throws {
        let changed = try await ChangedVault()
        let (vault, time) = (changed.vault, changed.time)
        for name in ["beta", "alpha", "gamma"] {
            try await vault.add(.sample(name), clientSecret: SecretBox("secret of \(name)"))
            try await vault.add(.sample(name))
        }
        #expect(vault.catalog.apps.map(\.app.name.description) == ["alpha", "beta", "gamma"])
        #expect(vault.catalog.clients.map(\.name.description) == ["alpha", "beta", "gamma"])
        let entry = try #require(vault.catalog.app(.test("beta")))
        #expect(entry.app == .sample("beta") && entry.credential.clientSecret.text == "secret of beta")
        #expect(entry.credential.generation == .first && entry.credential.createdAt == time.now.wall)
        #expect(entry.token == nil && entry.refusals == nil)
        #expect(await changed.isDurable)
    }

    @Test func `a removed app is gone with everything that belonged to it, and its name can be used again`()
        async throws
    {
        let changed = try await ChangedVault()
        let (store, vault, time) = (changed.store, changed.vault, changed.time)
        try await vault.fill(at: time.now, marked: "old")
        try await vault.removeApp(.test("alpha"))
        try await vault.removeClient(.test("one"))
        #expect(vault.catalog.app(.test("alpha")) == nil && vault.catalog.client(.test("one")) == nil)
        #expect(vault.catalog.apps.count == 1 && vault.catalog.clients.count == 1)
        #expect(await changed.isDurable)
        for table in SealedTable.counted + SealedTable.uncounted {
            try await store.read { transaction in
                try transaction.forEachRow(in: table) { #expect(!"\($0.cells)".contains("alpha")) }
            }
        }
        try await vault.add(.sample("alpha", id: "another"), clientSecret: SecretBox("new"))
        try await vault.add(.sample("one", id: "another"))
        #expect(vault.catalog.app(.test("alpha"))?.token == nil)
        #expect(await changed.isDurable)
        try await vault.empty()
        #expect(vault.catalog.entries.isEmpty && vault.catalog.clients.isEmpty)
        #expect(await changed.isDurable)
    }

    @Test func `a name in use is refused, and its owner stays as it was`() async throws {
        let changed = try await ChangedVault()
        let (vault, time) = (changed.vault, changed.time)
        try await vault.fill(at: time.now, marked: "first")
        let picture = VaultPicture(vault)
        #expect(await code { try await vault.add(.sample("alpha", id: "x"), clientSecret: SecretBox("y")) } == .exists)
        #expect(await code { try await vault.add(.sample("one", id: "x")) } == .exists)
        #expect(VaultPicture(vault) == picture)
        #expect(await changed.isDurable)
    }

    @Test func `a missing app cannot be removed, and nothing can be saved for it`() async throws {
        let changed = try await ChangedVault()
        let (vault, time) = (changed.vault, changed.time)
        try await vault.add(.sample("alpha"), clientSecret: SecretBox("x"))
        #expect(await code { try await vault.removeApp(.test("other")) } == .notFound)
        #expect(await code { try await vault.removeClient(.test("alpha")) } == .notFound)
        let token = SeenToken(token: .sample("t", issuedAt: time.now.wall), seen: time.now, minted: true)
        #expect(await code { try await vault.save(token, for: .sample("other")) } == .notFound)
        #expect(await code { try await vault.save(.sample([time.now.wall]), for: .sample("other")) } == .notFound)
        #expect(await changed.isDurable)
    }
}
