import Audit
import Testing
import Vault

@testable import Daemon

/// What callers without a grant can cause in the audit log, and what they are answered.
@Suite struct RefusalRecordTests {
    @Test func `a refusal is answered the same whether it has a line or not, and a grant always has its line`()
        async throws
    {
        let world = try await Watched()
        let stranger = try world.client(uid: 4242)
        for _ in 0..<50 { stranger.ask("/v1/apps/zoom-prod/credentials") }
        for _ in 0..<10 { stranger.ask("/v1/events") }
        #expect(stranger.statuses == [Int](repeating: 403, count: 60))
        #expect(Set(stranger.heard.prefix(50)).count == 1)
        let client = try world.client()
        for _ in 0..<30 { client.ask("/v1/apps/zoom-prod/credentials/client_id") }
        #expect(client.statuses == [Int](repeating: 200, count: 30))
        let lines = try world.lines()
        #expect(lines.count { $0.contains("\"uid\":4242") } == 10)
        #expect(lines.count { $0.contains("credentials.field") } == 30)
        #expect(world.gate.refusals.counted.map(\.count) == [50])
        await world.gate.lock(recording: .init(.init("vault.lock"), .done))
        #expect(try world.lines().count { $0.contains("refusals.counted") && $0.contains("\"count\":50") } == 1)
        #expect(world.gate.refusals.counted.isEmpty)
    }
}
