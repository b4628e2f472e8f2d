import Audit
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Daemon

/// A client that waits for a newer generation.
@Suite struct CredentialWaitTests {
    private static let target = "/v1/apps/zoom-prod/credentials"

    @Test func `the new secret is sent when it shows, and requests behind it are answered behind it`() async throws {
        let world = try await Watched()
        let client = try world.client(asking: Self.target + "?after=1&wait=30")
        client.ask("/v1/health")
        world.pass(5)
        #expect(client.heard.isEmpty)
        try await world.promote()
        #expect(client.statuses == [200, 200])
        #expect(client.heard.first?.contains("secret-2") == true && client.heard.last?.contains("ok") == true)
        #expect(client.isOpen)
        try await world.retire()
        #expect(client.heard.count == 2, "it asked once")
    }

    @Test(arguments: ["", "&wait=30"])
    func `a client that has a generation which was lost with a vault is answered at once`(wait: String) async throws {
        let world = try await Watched()
        let client = try world.client(asking: Self.target + "?after=7\(wait)")
        #expect(client.statuses == [200])
        #expect(client.heard.first?.contains("secret-1") == true)
        try await world.promote()
        #expect(client.heard.count == 1, "it asked once")
    }

    @Test func `a wait in vain ends in its time, not before`() async throws {
        let world = try await Watched()
        let client = try world.client(asking: Self.target + "?after=1&wait=30")
        world.pass(30)
        #expect(client.heard.isEmpty)
        world.pass(1)
        #expect(client.statuses == [304])
        #expect(client.heard.first?.contains("ETag: \"1-") == true)
        #expect(client.isOpen)
        #expect(try world.audited().last == "credentials.get allowed", "as without a wait")
    }

    @Test func `a generation that the client names in If-None-Match is not sent`() async throws {
        for (secret, status) in [("secret-2", 304), ("another", 200)] {
            let world = try await Watched()
            let client = try world.client()
            let tag = EntityTag(generation: 2, fingerprint: try world.vault.fingerprint(of: SecretBox(secret)))
            client.send(
                "GET \(Self.target)?after=1&wait=9 HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n"
                    + "If-None-Match: \(try #require(tag))\r\n\r\n")
            try await world.promote()
            #expect(client.statuses == [status], "the same number, and \(secret)")
        }
    }

    @Test func `a client that loses access is told at once, in the words for an app that does not exist`() async throws
    {
        let world = try await Watched()
        let none = try world.client(asking: "/v1/apps/none/credentials?after=1&wait=30")
        let removed = try world.client(asking: Self.target + "?after=1&wait=30")
        try await world.vault.removeApp(.test("zoom-prod"))
        world.run()
        try await world.vault.add(.sample("zoom-prod", id: "another"), clientSecret: SecretBox("secret-1"))
        let revoked = try world.client(asking: Self.target + "?after=2&wait=30")
        try await world.vault.removeClient(.test("me"))
        world.run()
        #expect([none, removed, revoked].map(\.statuses) == [[403], [403], [403]])
        #expect(none.heard == removed.heard && none.heard == revoked.heard)
    }

    @Test func `a policy that says the same under another name changes nothing`() async throws {
        let world = try await Watched()
        let client = try world.client(asking: Self.target + "?after=1&wait=30")
        try await world.vault.add(.sample("other"))
        try await world.vault.removeClient(.test("me"))
        world.run()
        #expect(client.heard.isEmpty)
        try await world.promote()
        #expect(client.statuses == [200])
    }

    @Test func `a lock answers every waiting client`() async throws {
        let world = try await Watched()
        let client = try world.client(asking: Self.target + "?after=1&wait=30")
        let stream = try world.client(asking: "/v1/events")
        await world.gate.lock(recording: AuditEvent(.init("vault.lock"), .done))
        world.run()
        #expect(client.statuses == [503] && client.heard.first?.contains("\"locked\"") == true && client.isOpen)
        #expect(!stream.isOpen)
    }

    @Test func `a daemon that stops releases every client`() async throws {
        let world = try await Watched()
        let client = try world.client(asking: Self.target + "?after=1&wait=30")
        client.ask(Self.target + "?after=1&wait=30")
        let stream = try world.client(asking: "/v1/events")
        world.drain()
        #expect(client.statuses == [503])
        #expect(client.heard.first?.contains("Retry-After: 1\r\nContent") == true)
        #expect(client.heard.first?.contains("Connection: close") == true)
        #expect(!client.isOpen && !stream.isOpen)
    }

    @Test func `the number of waiting clients is limited, and one that leaves makes room`() async throws {
        let world = try await Watched(mostWaiting: 4)
        let first = try world.client(asking: Self.target + "?after=1&wait=30")
        let second = try world.client(asking: "/v1/events")
        for target in [Self.target + "?after=1&wait=30", "/v1/events"] {
            let third = try world.client(asking: target)
            #expect(third.statuses == [429] && third.heard.first?.contains("Retry-After: 10") == true)
            third.ask(Self.target + "?after=0&wait=30")
            #expect(third.statuses == [429, 200], "what is there is handed out")
        }
        var others: [WatchingClient] = []
        for gone in [first, second] {
            gone.hangUp()
            others.append(try world.client(asking: "/v1/events"))
        }
        #expect(others.map(\.statuses) == [[200], [200]])
        let last = try world.client(asking: Self.target + "?after=1&wait=30")
        #expect(last.statuses == [429])
        #expect(last.heard.first?.contains("user 1000 has the maximum number of requests waiting") == true)
    }
}
