import Domain
import SecretMemory
import TestSupport
import Testing
import Vault

@Suite struct TokenKeepingTests {
    private func make() async throws -> (MemoryStore, Vault, ManualTime, App) {
        let (store, time, app) = (MemoryStore(), ManualTime(), App.sample("alpha"))
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        try await vault.add(app, clientSecret: SecretBox("secret"))
        return (store, vault, time, app)
    }

    private func reopen(_ store: MemoryStore, _ time: ManualTime) async throws -> AppEntry {
        try #require(try await Vault.open(store.reopened(), with: .keyFile(), time: time).catalog.entries.first)
    }

    @Test func `a token and its app's refusals are there after a restart, until the next token clears the refusals`()
        async throws
    {
        let (store, vault, time, app) = try await make()
        let refusals = Refusals.sample([time.now.wall, time.now.wall + 2])
        try await vault.save(refusals, for: app)
        #expect(try await reopen(store, time).refusals == refusals)
        for text in ["first", "second"] {
            let seen = SeenToken(token: .sample(text, issuedAt: time.now.wall), seen: time.now, minted: true)
            try await vault.save(seen, for: app)
            let entry = try await reopen(store, time)
            #expect(entry.token?.token.accessToken.text == text && entry.refusals == nil)
            #expect(vault.catalog.app(app.name)?.token?.token.accessToken.text == text)
            #expect(vault.catalog.app(app.name)?.refusals == nil)
            time.pass(10)
        }
        try await vault.save(refusals, for: app)
        #expect(try await reopen(store, time).token != nil)
        try await vault.save(nil, for: app)
        #expect(try await reopen(store, time).refusals == nil)
    }

    @Test func `an app that came to be another of Zoom's has no token of the old one, here and after a restart`()
        async throws
    {
        let (store, vault, time, app) = try await make()
        let seen = SeenToken(token: .sample("old", issuedAt: time.now.wall), seen: time.now, minted: true)
        try await vault.save(seen, for: app)
        try await vault.save(.sample([time.now.wall]), for: app)
        var other = app
        other.accountID = "another"
        try await vault.identify(other) { [other] in $0 = other }
        for entry in [try #require(vault.catalog.app(app.name)), try await reopen(store, time)] {
            #expect(entry.token == nil && entry.refusals == nil)
            #expect(entry.app.accountID == "another" && entry.credential.generation == Generation.first.next)
        }
    }

    @Test func `a token in memory alone gives way to a change as one in the vault does`() async throws {
        let (_, vault, time, app) = try await make()
        let refusals = Refusals.sample([time.now.wall])
        let seen = SeenToken(token: .sample("blocked", issuedAt: time.now.wall), seen: time.now, minted: true)
        func refused() -> Bool { vault.catalog.app(app.name)?.refusals != nil }

        vault.showUnsaved(refusals, for: app)
        try await vault.save(nil, for: app)
        #expect(!refused())

        vault.showUnsaved(refusals, for: app)
        try await vault.save(seen, for: app)
        #expect(!refused())

        var rotation = Rotation.planned(
            id: "r", app: app, base: .first, trigger: .operator, overlap: 60, at: time.now.wall)
        try await vault.begin(rotation, of: app)
        vault.showUnsaved(refusals, for: app)
        rotation.phase = .retired
        let new = Credential(
            generation: rotation.target, state: .current, clientSecret: SecretBox("new"), createdAt: time.now.wall)
        try await vault.promote(new, by: rotation, of: app)
        #expect(!refused())

        var other = app
        other.accountID = "another"
        vault.showUnsaved(seen, for: app)
        try await vault.identify(other) { [other] in $0 = other }
        #expect(vault.catalog.app(app.name)?.token == nil)
    }

    @Test func `a token of the app's old IDs, or of an older secret, comes too late to be served or saved`()
        async throws
    {
        let (store, vault, time, app) = try await make()
        func seen(_ text: String) -> SeenToken {
            SeenToken(token: .sample(text, issuedAt: time.now.wall), seen: time.now, minted: true)
        }
        func shown() -> String? { vault.catalog.app(app.name)?.token?.token.accessToken.text }
        try await vault.identify(app) { $0.accountID = "another" }
        let renamed = try #require(vault.catalog.app(app.name)?.app)
        await #expect(throws: VaultError.self) { try await vault.save(seen("late"), for: app) }
        vault.showUnsaved(seen("late"), for: app)
        vault.showUnsaved(.sample([time.now.wall]), for: app)
        #expect(shown() == nil && vault.catalog.app(app.name)?.refusals == nil)

        let new = SeenToken(
            token: Token(
                accessToken: SecretBox("new"), tokenType: "bearer", scopes: nil, apiURL: "https://api.zoom.us",
                generation: Generation.first.next, issuedAt: time.now.wall, expiresAt: time.now.wall + 3600),
            seen: time.now, minted: true)
        try await vault.save(new, for: renamed)
        try await vault.save(seen("older"), for: renamed)
        vault.showUnsaved(seen("older"), for: renamed)
        #expect(shown() == "new")
        #expect(try await reopen(store, time).token?.token.accessToken.text == "new")
    }

    @Test func `a token in memory alone is gone after a restart`() async throws {
        let (store, vault, time, app) = try await make()
        vault.showUnsaved(
            SeenToken(token: .sample("blocked", issuedAt: time.now.wall), seen: time.now, minted: true), for: app)
        vault.showUnsaved(.sample([time.now.wall]), for: app)
        let entry = try #require(vault.catalog.app(app.name))
        #expect(entry.token?.token.accessToken.text == "blocked" && entry.refusals?.times == [time.now.wall])
        let reopened = try await reopen(store, time)
        #expect(reopened.token == nil && reopened.refusals == nil)
    }

    @Test func `a token counts by the clocks of the moment in which it was saved, also after a reboot`() async throws {
        let (store, vault, time, app) = try await make()
        let token = Token.sample("t", issuedAt: time.now.wall, lifetime: 3600)
        try await vault.save(SeenToken(token: token, seen: time.now, minted: true), for: app)
        time.reboot(after: 600)
        let found = try #require(try await reopen(store, time).token)
        #expect(!found.minted && found.secondsLeft(at: time.now) == 3000)
        time.pass(100)
        #expect(found.secondsLeft(at: time.now) == 2900)
        time.setWall(by: -86_400)
        #expect(found.secondsLeft(at: time.now) == 2900, "a clock set back gives a token no longer life")
        time.pass(2900)
        #expect(found.secondsLeft(at: time.now) == 0)
        time.setWall(by: 2 * 86_400)
        #expect(found.secondsLeft(at: time.now) == -86_400)
    }

    @Test func `a fingerprint tells two secrets apart, is the vault's own, and lasts`() async throws {
        let (store, vault, time, _) = try await make()
        let one = try vault.fingerprint(of: SecretBox("one"))
        #expect(one.count == 12 && one.allSatisfy { $0.isHexDigit })
        #expect(try vault.fingerprint(of: SecretBox("one")) == one)
        #expect(try vault.fingerprint(of: SecretBox("two")) != one)
        #expect(try await Vault.open(store, with: .keyFile(), time: time).fingerprint(of: SecretBox("one")) == one)
        let (_, other, _, _) = try await make()
        #expect(try other.fingerprint(of: SecretBox("one")) != one)
    }
}
