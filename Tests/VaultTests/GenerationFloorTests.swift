import Domain
import SecretMemory
import TestSupport
import Testing

@testable import Vault

/// A number never means two secrets.
@Suite struct GenerationFloorTests {
    private let time = ManualTime()
    private let store = MemoryStore()
    private let vault: Vault
    private let alpha = Name.test("alpha")

    init() async throws {
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        vault = try await Vault.open(store, with: .keyFile(), time: time)
    }

    private func entry() throws -> AppEntry { try #require(vault.catalog.app(alpha)) }

    private func restored(lost number: Int) async throws {
        try await vault.add(.sample("alpha"), clientSecret: SecretBox("old"))
        let floor = GenerationFloor(
            generation: try #require(Generation(number)), madeAt: time.now.wall, restoredUntil: time.now.wall + 9)
        try await vault.suspectAll(at: time.now.wall, floors: [alpha: floor])
    }

    private func promoted() async throws -> Generation {
        let entry = try entry()
        var rotation = Rotation.planned(
            id: "r\(entry.credential.generation)", app: entry.app, base: entry.credential.generation,
            trigger: .operator,
            overlap: 0, at: time.now.wall)
        try await vault.begin(rotation, of: entry.app)
        rotation.phase = .current
        let new = Credential(
            generation: rotation.target, state: .current, clientSecret: SecretBox("new"), createdAt: time.now.wall)
        try await vault.promote(new, by: rotation, of: entry.app)
        rotation.phase = .retired
        try await vault.retire(by: rotation, of: entry.app)
        return try self.entry().credential.generation
    }

    @Test func `a rotation continues above the lost numbers, here and in the next process`() async throws {
        try await restored(lost: 4)
        #expect(try entry().lostSecret?.generation.number == 4)
        let next = try await Vault.open(store.reopened(), with: .keyFile(), time: time)
        #expect(next.catalog.app(alpha)?.lostSecret == (try entry().lostSecret))
        #expect(try await promoted().number == 5)
        #expect(try entry().lostSecret == nil, "there is a newer one")
        #expect(try await promoted().number == 6)
    }

    @Test func `other IDs continue above the lost numbers`() async throws {
        try await restored(lost: 4)
        var other = try entry().app
        other.accountID = "another"
        try await vault.identify(other) { [other] in $0 = other }
        #expect(try entry().credential.generation.number == 5)
    }

    @Test func `a number that was lost is not accepted for a new secret`() async throws {
        try await restored(lost: 4)
        let entry = try entry()
        var rotation = Rotation.planned(
            id: "r", app: entry.app, base: .first, trigger: .operator, overlap: 0, at: time.now.wall)
        try await vault.begin(rotation, of: entry.app)
        rotation.phase = .current
        let reused = Credential(
            generation: Generation.first.next, state: .current, clientSecret: SecretBox("y"), createdAt: time.now.wall)
        await #expect(throws: VaultError.self) { try await vault.promote(reused, by: rotation, of: entry.app) }
    }

    @Test func `a rotation under way in the backup makes a generation above the lost ones`() async throws {
        try await vault.add(.sample("alpha"), clientSecret: SecretBox("old"))
        let app = try entry().app
        try await vault.begin(
            .planned(id: "r", app: app, base: .first, trigger: .operator, overlap: 0, at: time.now.wall), of: app)
        let floor = GenerationFloor(generation: try #require(Generation(3)))
        try await vault.suspectAll(at: time.now.wall, floors: [alpha: floor])
        #expect(try entry().rotation?.target.number == 4)
        let next = try await Vault.open(store.reopened(), with: .keyFile(), time: time)
        #expect(next.catalog.app(alpha)?.rotation?.target.number == 4)
    }

    @Test func `an app that is added again under its name continues above the removed one`() async throws {
        try await restored(lost: 4)
        try await vault.removeApp(alpha)
        let next = try await Vault.open(store.reopened(), with: .keyFile(), time: time)
        try await next.add(.sample("alpha", id: "again"), clientSecret: SecretBox("other"))
        let again = try #require(next.catalog.app(alpha))
        #expect(again.credential.generation.number == 5 && again.app.first.number == 5 && again.lostSecret == nil)
        try await next.add(.sample("beta"), clientSecret: SecretBox("b"))
        #expect(next.catalog.app(.test("beta"))?.credential.generation == .first)
        try await next.removeApp(alpha)
        try await next.add(.sample("alpha", id: "third"), clientSecret: SecretBox("third"))
        #expect(next.catalog.app(alpha)?.credential.generation.number == 6)
    }

    @Test func `numbers of apps that are gone have a bound, and none repeats beyond it`() throws {
        var spent = SpentNumbers()
        for number in 1...SpentNumbers.most + 50 {
            spent.spend(try #require(Generation(number)), of: .test("app-\(number)"))
        }
        #expect(spent.byName.count == SpentNumbers.most)
        for number in 1...SpentNumbers.most + 50 { #expect(spent.first(of: .test("app-\(number)")).number > number) }
        #expect(spent.first(of: .test("new")).number == 51)
    }
}
