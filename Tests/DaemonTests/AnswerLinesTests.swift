import SecretMemory
import TestSupport
import Testing
import Vault

@testable import Daemon

/// Lines of the audit log that a connection's next answer may leave again.
@Suite struct AnswerLinesTests {
    /// A line without its number, time and code.
    private static func members(_ line: String) -> String {
        String(line.split(separator: #","action""#, maxSplits: 1).last?.split(separator: #","mac""#).first ?? "")
    }

    @Test func `a kept connection leaves the same lines as one connection for each request`() async throws {
        let requests = [
            "credentials", "credentials", "credentials/client_secret", "credentials", "credentials?after=1",
            "credentials/client_secret", "token-of-nobody", "credentials",
        ]
        var logs: [[String]] = []
        for isKept in [true, false] {
            let world = try await Watched()
            try await world.vault.add(.sample("other"), clientSecret: SecretBox("secret-9"))
            let kept = try world.client()
            for round in 1...2 {
                for app in ["zoom-prod", "other", "zoom-prod"] {
                    for request in requests {
                        let client = isKept ? kept : try world.client()
                        client.ask("/v1/apps/\(app)/\(request)")
                        #expect(!client.text.isEmpty)
                    }
                }
                if round == 1 { try await world.promote() }
            }
            // What the vault itself did is written later, at no certain place.
            logs.append(try world.lines().map(Self.members).filter { $0.contains("credentials.") })
        }
        #expect(logs[0] == logs[1])
        #expect(logs[0].count > 30, "\(logs[0])")
        #expect(logs[0].contains { $0.contains(#""generation":2"#) } && logs[0].contains { $0.contains("other") })
    }

    @Test func `a connection that outlives the lock leads to no vault`() async throws {
        let world = try await Watched()
        let kept = try world.client(asking: "/v1/apps/zoom-prod/credentials")
        #expect(kept.statuses == [200])
        weak let vault = world.vault
        #expect(vault != nil)
        await world.lock()
        kept.ask("/v1/health")
        #expect(kept.isOpen && kept.statuses == [200, 503])
        try await eventually("the vault to be gone") { vault == nil }
    }
}
