import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Daemon

/// What an operator wants against what is in the vault.
@Suite struct ObjectsComparisonTests {
    static let now = Timestamp(unixSeconds: 1_800_000_000)

    static func vault() async throws -> Vault {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile("k")])
        return try await Vault.open(store, with: .keyFile("k"), time: ManualTime())
    }

    static func exported(_ vault: Vault) -> ObjectsDocument {
        ObjectsDocument(
            apps: vault.catalog.apps.map { AppObject($0.app) },
            clients: vault.catalog.clients.map { ClientDraft($0).normalised })
    }

    static func apply(_ objects: ObjectsDocument, prune: Bool = false, to vault: Vault)
        async throws
    {
        let secrets = objects.apps.map {
            ObjectsRequest.Secret(app: $0.name, clientSecret: SecretBox("s-\($0.name)"))
        }
        let found = try ObjectsComparison(
            ObjectsRequest(objects, prune: prune, secrets: secrets), with: vault.catalog, at: now)
        try await vault.apply(found.changes)
    }

    static func plan(_ objects: ObjectsDocument, prune: Bool = false, _ vault: Vault) throws
        -> [String]
    {
        try ObjectsComparison(ObjectsRequest(objects, prune: prune), with: vault.catalog, at: now).plan
            .map(\.line)
    }

    /// Random apps and clients that can be in a vault.
    static func objects(_ dice: inout Dice) -> ObjectsDocument {
        let apps = (0..<dice.below(6)).map { number in
            var rotation = AppObject.Rotation()
            if dice.below(2) == 0 {
                rotation.every = 86_400 * (1 + dice.below(90))
                rotation.window = dice.oneOf(["", "Sun 02:00-04:00"])
                rotation.overlap = 3_600 * dice.below(100)
                rotation.paused = dice.oneOf([nil, true])
            }
            return AppObject(
                name: .test("app-\(number)"), accountID: "account-\(dice.below(3))",
                clientID: "client-\(number)",
                marketplaceAppID: dice.oneOf([nil, "m"]),
                environment: dice.oneOf([.commercial, .government]),
                profile: AppProfile([
                    .owner: dice.oneOf([nil, "team"]), .description: dice.oneOf([nil, "what"]),
                ]),
                labels: Labels((0..<dice.below(3)).compactMap { Label("k\($0)=v") }) ?? Labels(),
                rotation: rotation)
        }
        let clients = (0..<dice.below(4)).map { number in
            ClientDraft(
                name: .test("client-\(number)"), uid: 60_000 + dice.below(9), user: nil,
                gid: dice.oneOf([nil, 7]), unit: dice.oneOf([nil, "a.service"]),
                foreign: dice.below(2) == 0,
                allow: [
                    Grant(
                        target: .app(.test("app-\(dice.below(6))")),
                        permissions: dice.oneOf([[.token], [.credentials]]))
                ])
        }
        return ObjectsDocument(apps: apps, clients: clients)
    }

    @Test(arguments: 0..<20)
    func `what is exported and applied to an empty vault is exported as the same`(seed: UInt64)
        async throws
    {
        var dice = Dice(seed)
        let wanted = Self.objects(&dice)
        let first = try await Self.vault()
        try await Self.apply(wanted, to: first)
        let exported = Self.exported(first)
        #expect(exported == wanted)
        let second = try await Self.vault()
        try await Self.apply(exported, to: second)
        #expect(Self.exported(second) == exported)
        #expect(
            try Self.plan(exported, prune: true, second).isEmpty,
            "a second time there is nothing to change")
        // From any state to any other.
        let other = Self.objects(&dice)
        let removed = ObjectsDocument(
            apps: other.apps.filter { app in
                wanted.apps.allSatisfy { $0.name != app.name || ($0.environment == app.environment) }
            }, clients: other.clients)
        try await Self.apply(removed, prune: true, to: second)
        #expect(try Self.plan(removed, prune: true, second).isEmpty)
    }

    @Test
    func
        `a pause and a Marketplace ID stay where the file has none, and everything else is as it says`()
        async throws
    {
        let vault = try await Self.vault()
        var app = AppObject(
            name: .test("a"), accountID: "x", clientID: "y", marketplaceAppID: "m",
            environment: .commercial,
            profile: AppProfile([.owner: "team"]),
            labels: try #require(Labels([Label("env=prod")].compactMap(\.self))),
            rotation: AppObject.Rotation())
        app.rotation.every = 86_400
        app.rotation.paused = true
        app.rotation.window = "Mon 01:00-02:00; Sun 02:00-04:00"
        try await Self.apply(ObjectsDocument(apps: [app]), to: vault)
        app.rotation.paused = nil
        app.marketplaceAppID = nil
        app.rotation.window = "Mon 01:00-02:00, Sun 02:00-04:00"
        app.profile = AppProfile()
        app.labels = Labels()
        let lines = try Self.plan(ObjectsDocument(apps: [app]), vault)
        #expect(lines == ["~ app a: labels.env: prod -> none; owner: team -> none"])
        try await Self.apply(ObjectsDocument(apps: [app]), to: vault)
        let known = try #require(vault.catalog.app(.test("a"))).app
        #expect(known.policy.isPaused && known.marketplaceAppID == "m" && known.labels.isEmpty)
        #expect(
            vault.catalog.app(.test("a"))?.credential.clientSecret.bytes.constantTimeEquals(
                SecretBox("s-a").bytes) == true)
    }

    static func app(_ name: String) -> AppObject {
        AppObject(
            name: .test(name), accountID: "x", clientID: "y-\(name)", marketplaceAppID: nil, environment: .commercial,
            profile: AppProfile(), labels: Labels(), rotation: AppObject.Rotation())
    }

    @Test func `what an object cannot be is refused, and named`() async throws {
        let vault = try await Self.vault()
        var app = Self.app("a")
        try await Self.apply(ObjectsDocument(apps: [app]), to: vault)
        func refused(_ objects: ObjectsDocument, _ words: String, prune: Bool = false) {
            let problem = #expect(throws: Problem.self) { try Self.plan(objects, prune: prune, vault) }
            #expect(problem?.detail.contains(words) == true, "\(problem.map(String.init(describing:)) ?? "")")
        }
        app.environment = .government
        refused(ObjectsDocument(apps: [app]), "app 'a': its environment cannot be changed")
        app.environment = nil
        app.rotation.every = 1
        refused(ObjectsDocument(apps: [app]), "app 'a': the interval")
        app.rotation.every = nil
        refused(ObjectsDocument(apps: [app, app]), "two entries for app 'a'")
        refused(
            ObjectsDocument(apps: [app], targets: [TargetComparisonTests.target("t", of: "none")]),
            "target 't': there is no app 'none'")
        let target = TargetComparisonTests.target("t", of: "a")
        #expect(try Self.plan(ObjectsDocument(apps: [app], targets: [target]), vault) == ["+ target t"])
        refused(ObjectsDocument(targets: [target]), "there is no app 'a'", prune: true)
    }

    @Test func `if one change fails in the commit, none is made`() async throws {
        let vault = try await Self.vault()
        try await Self.apply(ObjectsDocument(apps: [Self.app("a"), Self.app("b")]), to: vault)
        var (a, b) = (Self.app("a"), Self.app("b"))
        (a.profile[.owner], b.profile[.owner]) = ("team", "team")
        let client = ClientDraft(
            name: .test("c"), uid: 1, user: nil, gid: nil, allow: [Grant(target: .any, permissions: [.token])])
        let request = ObjectsRequest(
            ObjectsDocument(apps: [a, b, Self.app("new")], clients: [client]), prune: false,
            secrets: [ObjectsRequest.Secret(app: .test("new"), clientSecret: SecretBox("s"))])
        let found = try ObjectsComparison(request, with: vault.catalog, at: Self.now)
        // Meanwhile another operator adds a client with that name, which is the last of the changes.
        try await vault.add(ClientActions.client(client, at: Self.now))
        await #expect(throws: VaultError.self) { try await vault.apply(found.changes) }
        #expect(vault.catalog.apps.map(\.app.name.description) == ["a", "b"])
        #expect(vault.catalog.apps.allSatisfy { $0.app.profile[.owner] == nil })
    }
}
