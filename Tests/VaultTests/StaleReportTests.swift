import Domain
import SecretMemory
import TestSupport
import Testing
import Vault

/// Reports about a secret or an app that is no longer the present one.
@Suite struct StaleReportTests {
    @Test func `a token of an app that was removed and made again under its name is not the new app's`() async throws {
        let changed = try await ChangedVault()
        let (vault, time) = (changed.vault, changed.time)
        try await vault.add(.sample("alpha", id: "old"), clientSecret: SecretBox("old"))
        try await vault.removeApp(.test("alpha"))
        try await vault.add(.sample("alpha", id: "new"), clientSecret: SecretBox("new"))
        let token = SeenToken(token: .sample("t", issuedAt: time.now.wall), seen: time.now, minted: true)
        #expect(await code { try await vault.save(token, for: .sample("alpha", id: "old")) } == .notFound)
        vault.showUnsaved(token, for: .sample("alpha", id: "old"))
        vault.showUnsaved(.sample([time.now.wall]), for: .sample("alpha", id: "old"))
        let entry = try #require(vault.catalog.app(.test("alpha")))
        #expect(entry.token == nil && entry.refusals == nil)
        #expect(await changed.isDurable)
    }

    @Test func `a promotion removes the refusals of the old secret, in memory and in the store`() async throws {
        let changed = try await ChangedVault()
        let (vault, time) = (changed.vault, changed.time)
        try await vault.fill(at: time.now, marked: "x")
        let entry = try #require(vault.catalog.app(.test("alpha")))
        var rotation = try #require(entry.rotation)
        #expect(entry.refusals != nil)
        rotation.phase = .current
        rotation.promotedAt = time.now.wall
        let new = Credential(
            generation: rotation.target, state: .current, clientSecret: SecretBox("new"), createdAt: time.now.wall)
        try await vault.promote(new, by: rotation, of: entry.app)
        #expect(vault.catalog.app(.test("alpha"))?.refusals == nil)
        #expect(await changed.isDurable)
    }

    @Test func `facts about a newer secret do not give way to reports about an older one`() async throws {
        let changed = try await ChangedVault()
        let (vault, time) = (changed.vault, changed.time)
        let (app, now) = (App.sample("alpha"), time.now.wall)
        let (old, new) = (Generation.first, Generation.first.next)
        try await vault.add(app, clientSecret: SecretBox("x"))
        let target = PushTarget.sample("console", of: app)
        try await vault.add(target)
        let holder = Holder(node: .first, client: .test("one"))
        func receipt(_ generation: Generation, isAcknowledged: Bool = false) -> Receipt {
            Receipt(
                holder: holder, generation: generation, secret: "s", at: now, isAcknowledged: isAcknowledged)
        }
        func schedulerState(_ generation: Generation) -> SchedulerState {
            SchedulerState(rotation: .init(base: generation, due: now), probe: .init(generation: generation, at: now))
        }
        func delivery(_ generation: Generation?, waiting: String? = nil) -> Delivery {
            var delivery = Delivery()
            (delivery.generation, delivery.waiting) = (generation, waiting)
            return delivery
        }
        try await vault.save([(app, receipt(new, isAcknowledged: true))])
        try await vault.save([(app, schedulerState(new))])
        try await vault.save(Refusals.sample([now], generation: new), for: app)
        try await vault.save(delivery(new), of: target)
        let known = VaultPicture(vault)

        try await vault.save([(app, receipt(new))])
        try await vault.save([(app, receipt(old, isAcknowledged: true))])
        try await vault.save([(app, schedulerState(old))])
        try await vault.save([(app, SchedulerState())])
        try await vault.save(Refusals.sample([now, now + 1], generation: old), for: app)
        try await vault.save(delivery(old), of: target)
        try await vault.save(delivery(nil, waiting: "x"), of: target)
        #expect(VaultPicture(vault) == known)
        #expect(await changed.isDurable)

        try await vault.save([(app, receipt(new.next))])
        try await vault.save(delivery(new, waiting: "x"), of: target)
        let scope = SchedulerState(scope: .init(at: now, lack: .missingScopes))
        try await vault.save([(app, scope)])
        let entry = try #require(vault.catalog.app(app.name))
        #expect(entry.receipts[holder] == receipt(new.next))
        #expect(entry.schedulerState.scope == scope.scope && entry.schedulerState.probe == schedulerState(new).probe)
        #expect(vault.catalog.target(target.name)?.delivery.waiting == "x")
        #expect(await changed.isDurable)
    }
}
