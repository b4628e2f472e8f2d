import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Daemon

/// What an operator wants against what is in the vault.
@Suite struct ObjectsComparisonTests {
    private static let now = Timestamp(unixSeconds: 1_800_000_000)

    private static func vault() async throws -> Vault {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile("k")])
        return try await Vault.open(store, with: .keyFile("k"), time: ManualTime())
    }

    private static func exported(_ vault: Vault) -> ObjectsDocument {
        ObjectsDocument(
            apps: vault.catalog.apps.map { AppObject($0.app) },
            clients: vault.catalog.clients.map { ClientDraft($0).normalised })
    }

    private static func apply(_ objects: ObjectsDocument, prune: Bool = false, to vault: Vault)
        async throws
    {
        let secrets = objects.apps.map {
            ObjectsRequest.Secret(app: $0.name, clientSecret: SecretBox("s-\($0.name)"))
        }
        let found = try ObjectsComparison(
            ObjectsRequest(objects, prune: prune, secrets: secrets), with: vault.catalog, at: now)
        try await vault.apply(found.changes)
    }

    private static func plan(_ objects: ObjectsDocument, prune: Bool = false, _ vault: Vault) throws
        -> [String]
    {
        try ObjectsComparison(ObjectsRequest(objects, prune: prune), with: vault.catalog, at: now).plan
            .map(\.line)
    }

    /// Random apps and clients that can be in a vault.
    private static func objects(_ dice: inout Dice) -> ObjectsDocument {
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

    @Test func `a change that one object cannot have is no change at all`() async throws {
        let vault = try await Self.vault()
        var app = AppObject(
            name: .test("a"), accountID: "x", clientID: "y", marketplaceAppID: nil,
            environment: .commercial,
            profile: AppProfile(), labels: Labels(), rotation: AppObject.Rotation())
        try await Self.apply(ObjectsDocument(apps: [app]), to: vault)
        let commits = vault.catalog.apps.count
        func refused(_ objects: ObjectsDocument, _ words: String, prune: Bool = false) throws {
            #expect(throws: Problem.self) { try Self.plan(objects, prune: prune, vault) }
            do { _ = try Self.plan(objects, prune: prune, vault) } catch let problem as Problem {
                #expect(problem.detail.contains(words), "\(problem)")
            }
        }
        app.environment = .government
        try refused(ObjectsDocument(apps: [app]), "app 'a': its environment cannot be changed")
        app.environment = nil
        app.rotation.every = 1
        try refused(ObjectsDocument(apps: [app]), "app 'a': the interval")
        app.rotation.every = nil
        try refused(ObjectsDocument(apps: [app, app]), "two entries for app 'a'")
        var target = TargetObject(
            name: .test("t"), app: .test("none"), adminURL: "https://c:9999", connection: "c",
            fields: TargetFields(accountID: nil, clientID: nil, clientSecret: nil), login: .basic)
        target.user = "u"
        try refused(
            ObjectsDocument(apps: [app], targets: [target]), "target 't': there is no app 'none'")
        target.app = .test("a")
        #expect(try Self.plan(ObjectsDocument(apps: [app], targets: [target]), vault) == ["+ target t"])
        try refused(ObjectsDocument(targets: [target]), "there is no app 'a'", prune: true)
        #expect(vault.catalog.apps.count == commits)
    }
}
