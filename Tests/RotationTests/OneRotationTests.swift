import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// Of one app there is one rotation under way, whoever asks for another.
@Suite struct OneRotationTests {
    @Test func `of many requests at once one rotation begins, and Zoom is asked for one secret`() async throws {
        let time = ManualTime()
        let disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let zoom = FakeZoom(secret: "old", manners: .init(), time: time, fate: Fate(diesAt: nil))
        let engine = RotationEngine(
            vault: vault, issuer: zoom, time: time, random: { $0.upperBound }, note: { _ in })
        let outcomes = await withTaskGroup(of: Result<Rotation, VaultError>.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do throws(VaultError) {
                        return .success(
                            try await engine.rotate(
                                .test("zoom"), trigger: .operator, overlap: 86_400, id: "r\(number)"))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let refused = outcomes.filter {
            if case .failure(let error) = $0 { error.code == .busy } else { false }
        }
        #expect(outcomes.count == 20 && refused.count == 19, "\(outcomes)")
        #expect(zoom.made == 1)
        let entry = try #require(vault.catalog.app(.test("zoom")))
        #expect(try await vault.rotations(of: entry.app).map(\.id) == [entry.rotation?.id].compactMap { $0 })
    }
}
