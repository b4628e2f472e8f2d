import Testing

@testable import Daemon

/// What connections may still do when the daemon stops.
@Suite struct DrainTests {
    private static let credentials = "/v1/apps/zoom-prod/credentials"

    /// Its request may be on its way already: to close now would refuse it for a restart's sake.
    @Test func `a new connection is answered once`() async throws {
        let world = try await Watched()
        let client = try world.client()
        world.drain()
        #expect(client.isOpen)
        client.ask(Self.credentials)
        #expect(client.statuses == [200])
        #expect(client.heard.joined().lowercased().contains("connection: close"))
        #expect(!client.isOpen)
    }

    @Test func `half a request may arrive whole`() async throws {
        let world = try await Watched()
        let client = try world.client(asking: Self.credentials)
        client.send("GET \(Self.credentials) HTTP/1.1\r\nHost: k\r\n")
        world.drain()
        client.send("Keyturn-Request: 1\r\n\r\n")
        #expect(client.statuses == [200, 200])
        #expect(!client.isOpen)
    }

    @Test func `a silent client holds up no other`() async throws {
        let world = try await Watched()
        let client = try world.client()
        world.drain()
        world.pass(2)
        #expect(!client.isOpen)
        #expect(client.heard.isEmpty)
    }

    @Test func `a client that was served and waits is released`() async throws {
        let world = try await Watched()
        let client = try world.client(asking: Self.credentials)
        world.drain()
        #expect(!client.isOpen)
    }

    /// Accepted before the socket closed, and set up only afterwards.
    @Test func `a late client is answered once`() async throws {
        let world = try await Watched()
        world.drain()
        let client = try world.client(asking: Self.credentials)
        #expect(client.statuses == [200])
        #expect(!client.isOpen)
    }
}
