import Foundation
import SocketServer
import System
import TestSupport
import Testing

@testable import Sandbox

/// The real socket: that answers leave in the way that they say.
@Suite struct ServerTests {
    private func withServer(_ body: (SandboxServer, App) async throws -> Void) async throws {
        var random = SplitMix(state: 3)
        var state = SandboxState(random: &random)
        let app = try state.apps.add(AppProfile(), at: Date.now, random: &random)
        let server = try SandboxServer(state: state)
        do { try await body(server, app) } catch {
            await server.shutdown()
            throw error
        }
        await server.shutdown()
    }

    private func mintRequest(_ app: App, at port: Int, keepAlive: Bool = false) -> String {
        let body = "grant_type=account_credentials&account_id=\(app.accountID)"
        let basic = Bench.basic(app.clientID, app.secrets.current.value).value
        return """
            POST /oauth/token HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAuthorization: \(basic)\r\n\
            Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n\
            Connection: \(keepAlive ? "keep-alive" : "close")\r\n\r\n\(body)
            """
    }

    private func exchange(_ server: SandboxServer, _ request: String) -> String? {
        let client = RawClient(port: server.port)
        client?.say(request)
        return client?.hearAll()
    }

    @Test func `a token comes over the socket`() async throws {
        try await withServer { server, app in
            let answer = try #require(exchange(server, mintRequest(app, at: server.port)))
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("\"api_url\":\"http://127.0.0.1:\(server.port)\""))
            #expect(server.withState { $0.log.lastSequence } == 1)
        }
    }

    @Test func `a web page reads and changes nothing`() async throws {
        try await withServer { server, app in
            func said(_ head: String) -> String? { exchange(server, head + "\r\nConnection: close\r\n\r\n") }
            let host = "Host: 127.0.0.1:\(server.port)"
            let apps = "GET /_sandbox/apps HTTP/1.1\r\n"
            #expect(try #require(said(apps + "Host: evil.example:\(server.port)")).hasPrefix("HTTP/1.1 400 "))
            #expect(try #require(said(apps + host)).hasPrefix("HTTP/1.1 200 "))
            let change = "POST /_sandbox/apps/\(app.clientID)/deactivate HTTP/1.1\r\n\(host)"
            let page = try #require(said(change + "\r\nOrigin: https://evil.example"))
            #expect(page.hasPrefix("HTTP/1.1 403 "))
            let token = try #require(exchange(server, mintRequest(app, at: server.port)))
            #expect(token.hasPrefix("HTTP/1.1 200 "))
            #expect(try #require(said(change)).hasPrefix("HTTP/1.1 20"))
        }
    }

    @Test func `two requests sent at once are answered in turn`() async throws {
        try await withServer { server, app in
            server.withState { state in
                var slow = Fault(.delay)
                slow.delayMilliseconds = 100
                _ = try? state.faults.add(slow)
            }
            let answer = try #require(
                exchange(server, mintRequest(app, at: server.port, keepAlive: true) + mintRequest(app, at: server.port))
            )
            #expect(answer.components(separatedBy: "HTTP/1.1 200 OK").count == 3)
        }
    }

    @Test func `a dropped answer is no answer, but the call took effect`() async throws {
        try await withServer { server, app in
            try server.withState { _ = try $0.faults.add(Fault(.dropAfter)) }
            #expect(exchange(server, mintRequest(app, at: server.port)) == "")
            #expect(server.withState { $0.lastToken } == 1)
            try server.withState { _ = try $0.faults.add(Fault(.dropBefore)) }
            #expect(exchange(server, mintRequest(app, at: server.port)) == "")
            #expect(server.withState { $0.lastToken } == 1)
        }
    }

    @Test func `a truncated answer promises more than it sends`() async throws {
        try await withServer { server, app in
            try server.withState { _ = try $0.faults.add(Fault(.truncate)) }
            let answer = try #require(exchange(server, mintRequest(app, at: server.port)))
            let parts = answer.components(separatedBy: "\r\n\r\n")
            let promised = parts[0].components(separatedBy: "Content-Length: ").last?.prefix { $0.isNumber }
            let length = try #require(promised.flatMap { Int($0) })
            #expect(parts.count == 2 && parts[1].utf8.count == length / 2)
        }
    }

    @Test func `a huge answer arrives whole`() async throws {
        try await withServer { server, app in
            try server.withState { _ = try $0.faults.add(Fault(.huge)) }
            let answer = try #require(exchange(server, mintRequest(app, at: server.port)))
            #expect(answer.utf8.count > Fault.hugeSize)
        }
    }

    @Test func `shutdown ends hanging answers`() async throws {
        let client: RawClient? = try await {
            var client: RawClient?
            try await withServer { server, app in
                try server.withState { _ = try $0.faults.add(Fault(.hang)) }
                client = RawClient(port: server.port)
                client?.say(mintRequest(app, at: server.port))
                try await eventually("it to be asked") { server.withState { $0.log.lastSequence } > 0 }
            }
            return client
        }()
        #expect(client?.hearAll() == "", "closed without a word")
    }

    @Test func `targets may have any form`() async throws {
        try await withServer { server, _ in
            for target in [
                "/_sandbox/requests?path=/oauth/token&after=0", "/%5Fsandbox/requests", "/_sandbox/requests?",
            ] {
                let answer = exchange(
                    server, "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\n\r\n")
                #expect(answer?.hasPrefix("HTTP/1.1 200 ") == true, "\(target)")
            }
        }
    }

    @Test func `a body that is too large is refused and not kept`() async throws {
        try await withServer { server, _ in
            let head =
                "POST /oauth/token HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\nContent-Length: 65537\r\n\r\n"
            let answer = try #require(exchange(server, head + String(repeating: "a", count: 65_537)))
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(server.withState { $0.log.lastSequence } == 0)
        }
    }

    @Test func `a malformed request is answered with 400`() async throws {
        try await withServer { server, _ in
            let answer = try #require(exchange(server, "\u{1}\u{2}nonsense\r\n\r\n"))
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func `a port in use is an error that says so`() async throws {
        try await withServer { server, _ in
            var random = SplitMix(state: 1)
            let state = SandboxState(random: &random)
            let error = #expect(throws: SystemError.self) {
                try SandboxServer(state: state, port: UInt16(server.port))
            }
            #expect(error?.description == "cannot listen on 127.0.0.1:\(server.port): address already in use")
        }
    }
}
