import Domain
import SecretMemory
import TestSupport
import Testing
import Vault

@Suite struct ChangesTests {
    private func make() async throws -> (MemoryStore, Vault, ManualTime) {
        let (store, time) = (MemoryStore(), ManualTime())
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        return (store, try await Vault.open(store, with: .keyFile(), time: time), time)
    }

    private func code(_ body: () async throws -> Void) async -> VaultError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? VaultError)?.code
        }
    }

    /// What the next process serves must be what this one serves.
    private func isDurable(_ vault: Vault, _ store: MemoryStore, _ time: ManualTime) async -> Bool {
        await FilledVault.opened(store.reopened(), time: time) == .success(VaultPicture(vault))
    }

    @Test func `a change of an app is made to what is there, not to what its caller saw`() async throws {
        let (store, vault, time) = try await make()
        let seen = App.sample("zoom")
        try await vault.add(seen, clientSecret: SecretBox("s"))
        try await vault.update(seen) { $0.policy.isPaused = true }
        try await vault.update(seen) { $0.policy.overlap = 77 }
        try await vault.identify(seen) { $0.accountID = "another" }
        let app = try #require(vault.catalog.app(.test("zoom"))?.app)
        #expect(app.policy.isPaused && app.policy.overlap == 77 && app.accountID == "another")
        #expect(await code { try await vault.update(seen) { $0 = seen } } == .busy, "it would bring the old ID back")
        #expect(vault.catalog.app(.test("zoom"))?.app == app)
        #expect(await isDurable(vault, store, time))
    }

    @Test func `an app at Zoom is stored once, whatever its name`() async throws {
        let (store, vault, time) = try await make()
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
        #expect(await isDurable(vault, store, time))

        try await vault.identify(app) { $0.clientID = "a third" }
        try await vault.add(same, clientSecret: SecretBox("s"))
        try await vault.removeApp(same.name)
        try await vault.identify(app) { $0.clientID = same.clientID }
        #expect(await isDurable(vault, store, time))
    }

    @Test func `the current secret is not forgotten when its rotation is declared over`() async throws {
        let (store, vault, time) = try await make()
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("s"))
        let rotation = Rotation.planned(
            id: "r1", app: app, base: .first, trigger: .operator, overlap: 0, at: time.now.wall)
        try await vault.begin(rotation, of: app)
        #expect(await code { try await vault.retire(by: rotation, of: app) } == .library)
        #expect(vault.catalog.app(app.name)?.credential.clientSecret.text == "s")
        #expect(await isDurable(vault, store, time))
    }

    @Test func `an added app is served, in the order of names, and again after a restart`() async throws {
        let (store, vault, time) = try await make()
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
        #expect(await isDurable(vault, store, time))
    }

    @Test func `a removed app is gone with everything that belonged to it, and its name can be used again`()
        async throws
    {
        let (store, vault, time) = try await make()
        try await vault.fill(at: time.now, marked: "old")
        try await vault.removeApp(.test("alpha"))
        try await vault.removeClient(.test("one"))
        #expect(vault.catalog.app(.test("alpha")) == nil && vault.catalog.client(.test("one")) == nil)
        #expect(vault.catalog.apps.count == 1 && vault.catalog.clients.count == 1)
        #expect(await isDurable(vault, store, time))
        for table in SealedTable.counted + SealedTable.uncounted {
            try await store.read { transaction in
                try transaction.forEachRow(in: table) { #expect(!"\($0.cells)".contains("alpha")) }
            }
        }
        try await vault.add(.sample("alpha", id: "another"), clientSecret: SecretBox("new"))
        try await vault.add(.sample("one", id: "another"))
        #expect(vault.catalog.app(.test("alpha"))?.token == nil)
        #expect(await isDurable(vault, store, time))
        try await vault.empty()
        #expect(vault.catalog.entries.isEmpty && vault.catalog.clients.isEmpty)
        #expect(await isDurable(vault, store, time))
    }

    @Test func `a name in use is refused, and its owner stays as it was`() async throws {
        let (store, vault, time) = try await make()
        try await vault.fill(at: time.now, marked: "first")
        let picture = VaultPicture(vault)
        #expect(await code { try await vault.add(.sample("alpha", id: "x"), clientSecret: SecretBox("y")) } == .exists)
        #expect(await code { try await vault.add(.sample("one", id: "x")) } == .exists)
        #expect(VaultPicture(vault) == picture)
        #expect(await isDurable(vault, store, time))
    }

    @Test func `a missing app cannot be removed, and nothing can be saved for it`() async throws {
        let (store, vault, time) = try await make()
        try await vault.add(.sample("alpha"), clientSecret: SecretBox("x"))
        #expect(await code { try await vault.removeApp(.test("other")) } == .notFound)
        #expect(await code { try await vault.removeClient(.test("alpha")) } == .notFound)
        let token = SeenToken(token: .sample("t", issuedAt: time.now.wall), seen: time.now, minted: true)
        #expect(await code { try await vault.save(token, for: .sample("other")) } == .notFound)
        #expect(await code { try await vault.save(.sample([time.now.wall]), for: .sample("other")) } == .notFound)
        #expect(await isDurable(vault, store, time))
    }

    @Test func `a token of an app that was removed and made again under its name is not the new app's`() async throws {
        let (store, vault, time) = try await make()
        try await vault.add(.sample("alpha", id: "old"), clientSecret: SecretBox("old"))
        try await vault.removeApp(.test("alpha"))
        try await vault.add(.sample("alpha", id: "new"), clientSecret: SecretBox("new"))
        let token = SeenToken(token: .sample("t", issuedAt: time.now.wall), seen: time.now, minted: true)
        #expect(await code { try await vault.save(token, for: .sample("alpha", id: "old")) } == .notFound)
        vault.showUnsaved(token, for: .sample("alpha", id: "old"))
        vault.showUnsaved(.sample([time.now.wall]), for: .sample("alpha", id: "old"))
        let entry = try #require(vault.catalog.app(.test("alpha")))
        #expect(entry.token == nil && entry.refusals == nil)
        #expect(await isDurable(vault, store, time))
    }

    @Test func `of two hundred changes at once none is lost, and the catalog ends as the store does`() async throws {
        let (store, vault, time) = try await make()
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
        #expect(await isDurable(vault, store, time))
    }

    @Test func `of a hundred callers that add one name at once, one succeeds`() async throws {
        let (store, vault, time) = try await make()
        let added = await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let app = App.sample("alpha", id: "id-\(number)")
                    return await self.code { try await vault.add(app, clientSecret: SecretBox("\(number)")) } == nil
                        ? 1 : 0
                }
            }
            return await group.reduce(0, +)
        }
        #expect(added == 1 && vault.catalog.entries.count == 1)
        #expect(await isDurable(vault, store, time))
    }

    @Test(arguments: [StoreError.Code.diskFull, .inputOutput, .readOnly])
    func `a change that cannot be committed shows nowhere, and the vault recovers with the store`(
        reason: StoreError.Code
    ) async throws {
        let (store, vault, time) = try await make()
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
        #expect(await isDurable(vault, store, time))
        store.failCommits(with: nil)
        for change in changes { try await change() }
        #expect(VaultPicture(vault) != picture)
        #expect(await isDurable(vault, store, time))
    }

    @Test func `a promotion removes the refusals of the old secret, in memory and in the store`() async throws {
        let (store, vault, time) = try await make()
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
        #expect(await isDurable(vault, store, time))
    }

    @Test func `facts about a newer secret do not give way to reports about an older one`() async throws {
        let (store, vault, time) = try await make()
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
        #expect(await isDurable(vault, store, time))

        try await vault.save([(app, receipt(new.next))])
        try await vault.save(delivery(new, waiting: "x"), of: target)
        let scope = SchedulerState(scope: .init(at: now, lack: .missingScopes))
        try await vault.save([(app, scope)])
        let entry = try #require(vault.catalog.app(app.name))
        #expect(entry.receipts[holder] == receipt(new.next))
        #expect(entry.schedulerState.scope == scope.scope && entry.schedulerState.probe == schedulerState(new).probe)
        #expect(vault.catalog.target(target.name)?.delivery.waiting == "x")
        #expect(await isDurable(vault, store, time))
    }

    @Test func `a vault that was closed writes nothing more`() async throws {
        let (store, vault, time) = try await make()
        try await vault.fill(at: time.now, marked: "x")
        let commits = store.commits
        vault.close()
        #expect(await code { try await vault.removeApp(.test("alpha")) } == .closed)
        #expect(await code { try await vault.add(.sample("three")) } == .closed)
        #expect(store.commits == commits)
        #expect(await isDurable(vault, store, time))
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
