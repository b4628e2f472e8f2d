import Domain
import SecretMemory
import TestSupport
import Testing

@testable import Vault

/// Which clients hold which secret.
struct ReceiptTests {
    private static let second = NodeID(rawValue: "second") ?? .first

    private static func make() async throws -> (store: MemoryStore, vault: Vault, time: ManualTime) {
        let (store, time) = (MemoryStore(), ManualTime())
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("one"))
        for name in ["ping", "sync"] {
            try await vault.add(.sample(name, uid: 7))
        }
        return (store, vault, time)
    }

    private static func entry(_ vault: Vault) throws -> AppEntry { try #require(vault.catalog.app(.test("zoom"))) }

    @Test func `a receipt for the same number with another secret never counts as holding the present one`()
        async throws
    {
        let (_, vault, time) = try await Self.make()
        let entry = try Self.entry(vault)
        #expect(entry.fingerprint == (try vault.fingerprint(of: entry.credential.clientSecret)))
        for secret in ["e61487e11cc2", nil] {
            for isAcknowledged in [false, true] {
                let receipt = Receipt(
                    holder: Holder(node: .first, client: .test("ping")), generation: entry.generation, secret: secret,
                    at: time.now.wall, isAcknowledged: isAcknowledged)
                try await vault.save([(entry.app, receipt)])
                #expect(try vault.catalog.holders(of: Self.entry(vault)) == [.test("ping")])
            }
        }
        try await vault.save([(entry.app, Receipt(of: entry, by: "ping", at: time.now.wall))])
        #expect(try vault.catalog.holders(of: Self.entry(vault)).isEmpty, "what was fetched last counts")
        let gone = Receipt(
            holder: Holder(node: .first, client: .test("ping")), generation: entry.generation, secret: nil,
            at: time.now.wall, isAcknowledged: false)
        try await vault.save([(entry.app, gone)])
        #expect(try vault.catalog.holders(of: Self.entry(vault)).isEmpty, "an unknown secret is no news")
    }

    @Test func `a client holds an old secret until it has moved on every node`() async throws {
        let (store, vault, time) = try await Self.make()
        var entry = try Self.entry(vault)
        for node in [NodeID.first, Self.second] {
            try await vault.save([(entry.app, Receipt(of: entry, by: "ping", on: node, at: time.now.wall))])
        }
        var rotation = Rotation.planned(
            id: "r1", app: entry.app, base: .first, trigger: .operator, overlap: 0, at: time.now.wall)
        try await vault.begin(rotation, of: entry.app)
        rotation.phase = .current
        let new = Credential(
            generation: .first.next, state: .current, clientSecret: SecretBox("two"), createdAt: time.now.wall)
        try await vault.promote(new, by: rotation, of: entry.app)

        entry = try Self.entry(vault)
        #expect(entry.receipts.count == 2 && vault.catalog.holders(of: entry) == [.test("ping")])
        try await vault.save([(entry.app, Receipt(of: entry, by: "ping", at: time.now.wall))])
        #expect(try vault.catalog.holders(of: Self.entry(vault)) == [.test("ping")], "the other node has not moved")
        try await vault.save([(entry.app, Receipt(of: entry, by: "ping", on: Self.second, at: time.now.wall))])
        #expect(try vault.catalog.holders(of: Self.entry(vault)).isEmpty)

        let next = try await Vault.open(store, with: .keyFile(), time: time)
        #expect(VaultPicture(next) == VaultPicture(vault) && next.node == .first)

        try await vault.beginEpoch()
        let last = try await Vault.open(store, with: .keyFile(), time: time)
        #expect(
            try Self.entry(last).fingerprint == entry.fingerprint && last.catalog.holders(of: Self.entry(last)).isEmpty)
    }

    @Test func `new IDs of an app are news for its holders although the secret stays`() async throws {
        let (_, vault, time) = try await Self.make()
        let entry = try Self.entry(vault)
        try await vault.save([(entry.app, Receipt(of: entry, by: "sync", at: time.now.wall))])
        try await vault.identify(entry.app) { $0.clientID = "another" }
        let changed = try Self.entry(vault)
        #expect(changed.fingerprint == entry.fingerprint)
        #expect(vault.catalog.holders(of: changed) == [.test("sync")])
    }
}
