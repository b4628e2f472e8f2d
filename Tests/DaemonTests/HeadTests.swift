import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Daemon

/// `HEAD` at the agent socket: as `GET`, but that nobody is given anything.
@Suite struct HeadTests {
    private static let credentials = "/v1/apps/zoom-prod/credentials"

    private static func ask(_ client: WatchingClient, _ method: String, _ target: String) -> String {
        let before = client.text.count
        client.send("\(method) \(target) HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n\r\n")
        return String(client.text.dropFirst(before)).replacing(/Date: .* GMT/, with: "Date: now")
    }

    @Test(arguments: [
        "/v1/health", "/v1/apps", credentials, credentials + "/client_secret", "/v1/apps/none/credentials",
    ])
    func `HEAD has the head of GET and no body`(target: String) async throws {
        let world = try await Watched()
        let client = try world.client()
        let head = Self.ask(client, "HEAD", target)
        let whole = Self.ask(client, "GET", target)
        #expect(head.contains("\r\nContent-Length: ") && head.hasSuffix("\r\n\r\n"))
        #expect(whole.hasPrefix(head) && whole.count > head.count)
    }

    @Test func `HEAD makes no client a holder, and only refusals are in the log`() async throws {
        let world = try await Watched()
        let client = try world.client()
        let tag = try #require(Self.ask(client, "HEAD", Self.credentials).firstMatch(of: /ETag: ("[^"]*")/)?.1)
        _ = Self.ask(client, "HEAD", Self.credentials + "/client_secret")
        _ = Self.ask(client, "HEAD", Self.credentials + "?after=0")
        _ = Self.ask(client, "HEAD", Self.credentials + "?after=1")
        client.send(
            "HEAD \(Self.credentials) HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\nIf-None-Match: \(tag)\r\n\r\n")
        #expect(client.statuses == [200, 200, 200, 304, 304])
        _ = Self.ask(client, "HEAD", Self.credentials + "?after=1&wait=9")
        try await world.promote()
        #expect(client.statuses.last == 200 && client.text.hasSuffix("\r\n\r\n") && !client.text.contains("secret-"))
        _ = Self.ask(client, "HEAD", "/v1/apps/none/credentials")
        #expect(client.statuses.last == 403)
        let log = try world.audited().filter { $0.hasPrefix("credentials") }
        #expect(log == ["credentials.get denied"])
        #expect(world.holders.isEmpty)
        _ = Self.ask(client, "GET", Self.credentials)
        try await eventually("the receipt") { world.holders == ["me": 2] }
    }

    @Test func `a path says which methods it has`() async throws {
        let world = try await Watched()
        let client = try world.client()
        for (target, methods) in [
            (Self.credentials, "GET, HEAD"), ("/v1/events", "GET"), ("/v1/apps/zoom-prod/ack", "POST"),
        ] {
            for method in ["OPTIONS", "TRACE", "PUT"] {
                let answer = Self.ask(client, method, target)
                #expect(answer.hasPrefix("HTTP/1.1 405 ") && answer.contains("\r\nAllow: \(methods)\r\n"), "\(answer)")
            }
        }
        #expect(Self.ask(client, "HEAD", "/v1/events").contains("\r\nAllow: GET\r\n") && client.isOpen)
    }
}
