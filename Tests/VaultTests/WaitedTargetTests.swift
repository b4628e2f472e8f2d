import Domain
import SecretMemory
import TestSupport
import Testing
import Vault

/// A target that a rotation waits for is not let go of: the rotation would go on to end the secret that is there.
@Suite struct WaitedTargetTests {
    private static let seen = Timestamp(unixSeconds: 1_800_000_100)

    private struct World {
        let vault: Vault
        let app = App.sample("zoom")
        let target: PushTarget

        /// - Parameter isPublished: whether the rotation drains already.
        init(isPublished: Bool, _ change: (inout Delivery) -> Void) async throws {
            let time = ManualTime()
            let store = MemoryStore()
            try await Vault.create(in: store, unlockKeys: [.keyFile()])
            vault = try await Vault.open(store, with: .keyFile(), time: time)
            target = .sample("console", of: app, connection: "one")
            try await vault.add(app, clientSecret: SecretBox("s"))
            try await vault.add(target)
            var rotation = Rotation.planned(
                id: "r", app: app, base: .first, trigger: .operator, overlap: 3600, at: time.now.wall)
            try await vault.begin(rotation, of: app)
            (rotation.phase, rotation.promotedAt) = (.current, time.now.wall)
            let next = Credential(
                generation: Generation.first.next, state: .current, clientSecret: SecretBox("n"),
                createdAt: time.now.wall)
            try await vault.promote(next, by: rotation, of: app)
            if isPublished {
                (rotation.phase, rotation.publishedAt) = (.draining, time.now.wall)
                try await vault.advance(rotation, of: app)
            }
            var delivery = Delivery()
            (delivery.generation, delivery.pushedAt) = (isPublished ? next.generation : .first, time.now.wall)
            delivery.replicatedAt = time.now.wall
            change(&delivery)
            try await vault.save(delivery, of: target)
        }

        /// What is said of the removal, without force.
        func removal() async -> VaultError.Code? {
            do throws(VaultError) { try await vault.removeTarget(target.name) } catch { return error.code }
            return nil
        }

        /// What is said of another place for it.
        func move(_ change: (inout PushTarget) -> Void) async -> VaultError? {
            var moved = target
            change(&moved)
            do throws(VaultError) { try await vault.set(moved, Delivery()) } catch { return error }
            return nil
        }
    }

    private static func world(
        isPublished: Bool = false, _ change: (inout Delivery) -> Void = { _ in }
    ) async throws -> World { try await World(isPublished: isPublished, change) }

    @Test func `a target that was changed by somebody else may have the old secret, though the rotation published`()
        async throws
    {
        let drift = Drift(seenAt: Self.seen, kind: .saved)
        #expect(try await Self.world(isPublished: true) { $0.drift = drift }.removal() == .busy)
        #expect(try await Self.world(isPublished: true).removal() == nil)
        #expect(try await Self.world().removal() == .busy)
    }

    @Test func `another target of the connection is enough only if it pushes into the same setting`() async throws {
        for (secret, expected) in [("Client Secret", nil), ("Other Secret", VaultError.Code.busy)] {
            let world = try await Self.world()
            try await world.vault.add(
                .sample(
                    "other", of: world.app, connection: "one",
                    fields: .init(accountID: "Account ID", clientID: "Client ID", clientSecret: secret)))
            #expect(await world.removal() == expected)
        }
    }

    @Test func `a target is not pointed at another connection, unless the first one is gone or was never pushed to`()
        async throws
    {
        let refusal = try await Self.world().move { $0.connection = "two" }
        #expect(refusal?.code == .busy && refusal?.detail.contains("'one'") == true, "\(String(describing: refusal))")
        #expect(try await Self.world().move { $0.settle = 7 } == nil)
        #expect(try await Self.world().move { $0.adminURL = "https://new.example.com:9999" } == nil)
        #expect(try await Self.world { $0 = Delivery() }.move { $0.connection = "two" } == nil)
        #expect(try await Self.world(isPublished: true).move { $0.connection = "two" } == nil)
        let gone = Delivery.Failure(
            at: Self.seen, step: .save, cause: "not_found", reason: "", hint: nil, isRefusal: false)
        #expect(try await Self.world { $0.failure = gone }.move { $0.connection = "two" } == nil)
    }
}
