import NIOEmbedded
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
        let client = try await world.client(asking: "/v1/events")
        #expect(client.heard.first?.contains("Content-Type: text/event-stream\r\nConnection: close\r\n") == true)
        #expect(client.events == ["a-first 1 state", "zoom-prod 1 state"])
        try await world.promote()
        try await world.retire()
        try await world.vault.removeApp(.test("a-first"))
        await world.loop.run()
        #expect(
            client.events.dropFirst(2) == [
                "zoom-prod 1 rotating", "zoom-prod 2 rotated", "zoom-prod 2 settled", "a-first 1 removed",
            ])
        #expect(!client.heard.joined().contains("secret-"))
    }

    @Test func `it follows what is granted`() async throws {
        let world = try await Watched()
        try await world.vault.add(.sample("hidden"), clientSecret: SecretBox("other"))
        try await world.vault.removeClient(.test("me"))
        try await world.vault.add(
            .sample("me", grants: [Grant(target: .app(.test("zoom-prod")), kinds: [.token])]))
        let client = try await world.client(asking: "/v1/events")
        #expect(client.events == ["zoom-prod 1 state"])
        try await world.vault.removeApp(.test("hidden"))
        await world.loop.run()
        #expect(client.events.count == 1)
        try await world.vault.removeClient(.test("me"))
        await world.loop.run()
        try await world.promote()
        #expect(client.events.dropFirst() == ["zoom-prod 1 removed"])
        try await world.vault.add(.sample("me"))
        await world.loop.run()
        #expect(client.events.dropFirst(2) == ["zoom-prod 2 added", "zoom-prod 2 rotating"])
    }

    @Test func `a client that does not read costs no more, and is told the newest once it does`() async throws {
        let world = try await Watched()
        let client = try await world.client(asking: "/v1/events")
        client.stopReading()
        for _ in 0..<50 {
            try await world.promote()
            try await world.retire()
        }
        #expect(client.events == ["zoom-prod 1 state", "zoom-prod 1 rotating"], "nothing behind what is not taken in")
        try await client.readOn()
        #expect(client.events.dropFirst(2) == ["zoom-prod 51 rotated", "zoom-prod 51 settled"])
    }

    @Test func `a client that never reads is closed in time`() async throws {
        let world = try await Watched()
        let client = try await world.client()
        client.stopReading()
        try await client.ask("/v1/events")
        await world.pass(10)
        #expect(client.isOpen)
        await world.pass(2)
        #expect(!client.isOpen)
    }

    @Test func `many apps come in parts, each when the one before was taken in`() async throws {
        let world = try await Watched()
        for number in 0..<(EventStream.portion + 3) {
            try await world.vault.add(.sample("many-\(number)"), clientSecret: SecretBox("other"))
        }
        let client = try await world.client()
        client.stopReading()
        try await client.ask("/v1/events")
        #expect(client.events.count == 0, "first the head")
        try await client.readOn()
        #expect(client.heard.count == 3)
        #expect(client.events.count == EventStream.portion + 4)
    }

    @Test func `a silent stream shows that it is alive`() async throws {
        let world = try await Watched()
        let client = try await world.client(asking: "/v1/events")
        await world.pass(Int64(EventStream.heartbeat) - 1)
        #expect(!client.heard.joined().contains(":\u{20}heartbeat"))
        await world.pass(1)
        #expect(client.heard.last == ": heartbeat\n\n")
        await world.pass(120)
        #expect(client.heard.count { $0 == ": heartbeat\n\n" } == 9 && client.isOpen)
    }
}
