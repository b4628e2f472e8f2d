import Domain
import Rotation
import SecretMemory
import Synchronization
import TestSupport
import Testing
import Vault

/// A call that revokes an old secret cannot name it. A vault that forgot that the call was made must not make it again.
@Suite struct ForgottenCommitTests {
    private let time = ManualTime()
    private let name = Name.test("zoom")

    /// Zoom, which cannot be asked about one secret.
    private final class SilentZoom: SecretIssuer {
        let base: FakeZoom
        private let silent = Mutex<String?>(nil)

        init(_ base: FakeZoom) { self.base = base }

        var silentAbout: String? {
            get { silent.withLock { $0 } }
            set { silent.withLock { $0 = newValue } }
        }

        func prove(_ secret: SecretBox, of app: App) async -> Proof {
            secret.text == silentAbout ? .later(retryAfter: 40, reason: "no answer") : await base.prove(secret, of: app)
        }
        func mintToken(for app: App, with current: SecretBox) async -> MintOutcome {
            await base.mintToken(for: app, with: current)
        }
        func makeSecret(for app: App, revokeAt: Timestamp, with token: CallToken) async -> MakeOutcome {
            await base.makeSecret(for: app, revokeAt: revokeAt, with: token)
        }
        func read(_ answer: SecretBox) -> IssuedSecret? { base.read(answer) }
        func endOldSecret(of app: App, at end: Timestamp, with token: CallToken) async -> EndOutcome {
            await base.endOldSecret(of: app, at: end, with: token)
        }
    }

    private func open(_ disk: MemoryStore, _ zoom: SilentZoom) async throws -> (Vault, RotationEngine) {
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        let engine = RotationEngine(
            vault: vault, issuer: zoom, timing: .unhurried, time: time, random: { $0.upperBound }, note: { _ in })
        return (vault, engine)
    }

    /// A rotation whose overlap of an hour has just begun.
    private func draining() async throws -> (MemoryStore, SilentZoom, Vault, RotationEngine) {
        let disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let zoom = SilentZoom(FakeZoom(secret: "old", manners: .init(), time: time, fate: Fate(diesAt: nil)))
        let (vault, engine) = try await open(disk, zoom)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let begun = try await engine.rotate(name, trigger: .operator, overlap: 3600, id: "r1")
        #expect(begun.phase == .draining)
        return (disk, zoom, vault, engine)
    }

    @Test func `a vault that forgot the end of an old secret does not revoke its current one`() async throws {
        let (disk, zoom, vault, engine) = try await draining()
        let copy = disk.reopened()
        time.pass(3600)
        await engine.carryOnZoom()
        #expect(vault.catalog.app(name)?.rotation == nil && !zoom.base.accepts("old"))
        // Now the secret of the first rotation is Zoom's old one.
        _ = try await engine.rotate(name, trigger: .operator, overlap: 7 * 86_400, id: "r2")
        #expect(zoom.base.accepts("new-1") && zoom.base.accepts("new-2"))
        let ends = zoom.base.ends

        time.pass(3600)
        let (forgetful, next) = try await open(copy, zoom)
        await next.carryOnZoom()
        await next.settle()
        let entry = try #require(forgetful.catalog.app(name))
        #expect(entry.credential.clientSecret.text == "new-1" && zoom.base.accepts("new-1"), "handed out, but dead")
        #expect(zoom.base.ends == ends, "Zoom was asked again")
        #expect(entry.rotation == nil && entry.previous == nil)
        #expect(try await forgetful.rotations(of: entry.app).map(\.phase) == [.retired])
    }

    @Test func `while it is unknown whether Zoom accepts the old secret, nothing is revoked`() async throws {
        let (_, zoom, vault, engine) = try await draining()
        zoom.silentAbout = "old"
        time.pass(3600)
        await engine.carryOnZoom()
        let waiting = try #require(vault.catalog.app(name)?.rotation)
        #expect(waiting.phase == .draining && zoom.base.ends == 0 && zoom.base.accepts("old"))
        #expect(waiting.reason == "it is unknown whether Zoom still accepts the old secret: no answer")
        let due = try #require(waiting.due)
        #expect(waiting.otherCalls.isEmpty && due >= time.now.wall + 40)
        zoom.silentAbout = nil
        time.pass(due - time.now.wall)
        await engine.carryOnZoom()
        #expect(vault.catalog.app(name)?.rotation == nil && zoom.base.ends == 1 && !zoom.base.accepts("old"))
    }
}
