import Domain
import SecretMemory
import TestSupport
import Testing
import Vault

@testable import Daemon

/// A client that listens to what becomes of its apps.
@Suite struct EventStreamTests {
    @Test func `the state comes first, and then every change once`() async throws {
        let world = try await Watched()
        try await world.vault.add(.sample("a-first"), clientSecret: SecretBox("other"))
        let client = try world.client(asking: "/v1/events")
        let head = try #require(client.text.firstRange(of: "\r\n\r\n").map { client.text[..<$0.lowerBound] })
        for field in [
            "Content-Type: text/event-stream", "Transfer-Encoding: chunked", "X-Accel-Buffering: no",
            "Cache-Control: no-store", "Connection: close", "Date: ",
        ] {
            #expect(head.contains("\r\n" + field), "\(field)")
        }
        #expect(client.events == ["a-first 1 state", "zoom-prod 1 state"])
        try await world.promote()
        try await world.retire()
        try await world.vault.removeApp(.test("a-first"))
        world.run()
        #expect(
            client.events.dropFirst(2) == [
                "zoom-prod 1 rotating", "zoom-prod 2 rotated", "zoom-prod 2 settled", "a-first 1 removed",
            ])
        #expect(!client.heard.joined().contains("secret-"))
    }

    @Test func `each event is a chunk, and an end in good order is one too`() async throws {
        let world = try await Watched()
        try await world.vault.add(.sample("a-first"), clientSecret: SecretBox("other"))
        let (stays, locked) = (try world.client(asking: "/v1/events"), try world.client(asking: "/v1/events"))
        try await world.promote()
        world.pass(EventStream.heartbeat)
        #expect(stays.chunks.count == 5 && !stays.text.hasSuffix("0\r\n\r\n"))
        #expect(stays.chunks.allSatisfy { $0.hasSuffix("\n\n") && $0.ranges(of: "\n\n").count == 1 })
        world.drain()
        #expect(stays.text.hasSuffix("\r\n0\r\n\r\n") && !stays.isOpen && stays.chunks.last == "")
        #expect(locked.text.hasSuffix("\r\n0\r\n\r\n") && world.open == 0)
    }

    @Test func `a client that does not read is not waited for at the end`() async throws {
        let world = try await Watched()
        let client = try world.client(asking: "/v1/events")
        client.stopReading()
        for _ in 0..<50 {
            try await world.promote()
            try await world.retire()
        }
        #expect(world.open == 1)
        world.drain()
        #expect(world.open == 0)
    }

    @Test func `a stream follows the client's policy`() async throws {
        let world = try await Watched()
        try await world.vault.add(.sample("hidden"), clientSecret: SecretBox("other"))
        try await world.vault.removeClient(.test("me"))
        try await world.vault.add(
            .sample("me", grants: [Grant(target: .app(.test("zoom-prod")), permissions: [.token])]))
        let client = try world.client(asking: "/v1/events")
        #expect(client.events == ["zoom-prod 1 state"])
        try await world.vault.removeApp(.test("hidden"))
        world.run()
        #expect(client.events.count == 1)
        try await world.vault.add(.sample("mine", grants: [Grant(target: .app(.test("none")), permissions: [.token])]))
        try await world.vault.removeClient(.test("me"))
        world.run()
        try await world.promote()
        #expect(client.events.dropFirst() == ["zoom-prod 1 removed"])
        try await world.vault.add(.sample("me"))
        world.run()
        #expect(client.events.dropFirst(2) == ["zoom-prod 2 added", "zoom-prod 2 rotating"])
    }

    @Test func `a client without a policy is refused at once, and one that loses its policy is told and released`()
        async throws
    {
        let world = try await Watched()
        let stranger = try world.client(uid: 4242, asking: "/v1/events")
        #expect(stranger.statuses == [403] && stranger.heard.first?.contains("\"not_granted\"") == true)
        let client = try world.client(asking: "/v1/events")
        try await world.vault.removeClient(.test("me"))
        world.run()
        #expect(client.events == ["zoom-prod 1 state", "zoom-prod 1 removed"] && !client.isOpen)
    }

    @Test func `a client that does not read costs no more, and gets the newest state once it does`() async throws {
        let world = try await Watched()
        let client = try world.client(asking: "/v1/events")
        client.stopReading()
        for _ in 0..<50 {
            try await world.promote()
            try await world.retire()
        }
        client.readOn()
        let events = client.events
        #expect(events.count < 30, "no more than the kernel keeps for it")
        #expect(events.last == "zoom-prod 51 rotated" || events.last == "zoom-prod 51 settled")
    }

    @Test func `a client that never reads is closed in time`() async throws {
        let world = try await Watched()
        let client = try world.client()
        client.stopReading()
        client.ask("/v1/events")
        for _ in 0..<50 {
            try await world.promote()
            try await world.retire()
        }
        #expect(world.open == 1)
        world.pass(12)
        #expect(world.open == 0)
    }

    @Test func `many apps come in parts, each when the one before was received`() async throws {
        let world = try await Watched()
        for number in 0..<(EventStream.portion + 3) {
            try await world.vault.add(.sample("many-\(number)"), clientSecret: SecretBox("other"))
        }
        let client = try world.client()
        client.stopReading()
        client.ask("/v1/events")
        #expect(client.events.count == 0, "first the head")
        client.readOn()
        #expect(client.events.count == EventStream.portion + 4)
    }

    @Test func `a silent stream shows that it is alive`() async throws {
        let world = try await Watched()
        let client = try world.client(asking: "/v1/events")
        world.pass(EventStream.heartbeat - 1)
        #expect(!client.heard.joined().contains(":\u{20}heartbeat"))
        world.pass(1)
        #expect(client.text.hasSuffix("\r\nd\r\n: heartbeat\n\n\r\n"))
        world.pass(120)
        #expect(client.text.ranges(of: ": heartbeat\n\n").count == 9 && client.isOpen)
    }
}
