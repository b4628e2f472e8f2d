import HTTPTestSupport
import HTTPTransport
import SecretMemory
import Testing

func transport(caFile: String? = nil, maximumInFlight: Int = 256) throws -> CurlTransport {
    try CurlTransport(.init(userAgent: "keyturn/test", caFile: caFile, maximumInFlight: maximumInFlight))
}

extension HTTPResponse {
    var text: String { body.bytes.withSpan { String(decoding: $0.array, as: UTF8.self) } }
}

/// What came of a request, as a value to compare.
func outcome(_ transport: CurlTransport, _ request: HTTPRequest) async -> Result<HTTPResponse, TransportFailure> {
    do { return .success(try await transport.send(request)) } catch { return .failure(error) }
}

func failure(_ transport: CurlTransport, _ request: HTTPRequest) async -> TransportFailure? {
    guard case .failure(let failure) = await outcome(transport, request) else { return nil }
    return failure
}

private let hello = LoopbackServer.Reply.answer("hello", "200 OK", ["X-Seen: one", "x-seen: two"])

@Suite struct CurlTransportTests {
    @Test func `the transport sends exactly the request that it was given`() async throws {
        let server = try LoopbackServer { _ in hello }
        defer { server.stop() }
        let body = SecretBox(SecretBytes(copying: "a=1&b=\u{1}\u{0}2"))
        let headers = [HTTPHeader("Authorization", secret: SecretBox(SecretBytes(copying: "Basic eA==")))]
        let url = try EndpointURL(server.url + "/a/../b?c=%20")
        let response = try await transport().send(HTTPRequest(.post, url, headers: headers, body: body))
        #expect(response.status == 200)
        #expect(response.text == "hello")
        #expect(response.headers["X-SEEN"] == "one")
        let seen = try #require(server.received.first)
        #expect(seen.head.hasPrefix("POST /a/../b?c=%20 HTTP/1.1\r\n"))
        #expect(seen.body == "a=1&b=\u{1}\u{0}2")
        #expect(seen.header("authorization") == "Basic eA==")
        #expect(seen.header("user-agent") == "keyturn/test")
        for name in ["expect", "cookie", "accept-encoding", "upgrade"] { #expect(seen.header(name) == nil) }
    }

    @Test func `a request that may no longer be sent is not, although the connection is open`() async throws {
        let server = try LoopbackServer { _ in hello }
        defer { server.stop() }
        let transport = try transport()
        var request = HTTPRequest(.post, try EndpointURL(server.url), maySend: { false })
        #expect(await failure(transport, request) == TransportFailure(.cancelled, .notSent))
        request.maySend = { true }
        #expect(try await transport.send(request).status == 200)
        #expect(server.received.count == 1)
    }

    @Test(arguments: [HTTPRequest.Method.get, .post, .put], [true, false])
    func `each method is sent, with a body and without`(method: HTTPRequest.Method, withBody: Bool) async throws {
        let server = try LoopbackServer { _ in hello }
        defer { server.stop() }
        let body = withBody ? SecretBox(SecretBytes(copying: "xyz")) : nil
        _ = try await transport().send(HTTPRequest(method, try EndpointURL(server.url), body: body))
        let seen = try #require(server.received.first)
        #expect(seen.head.hasPrefix("\(method.rawValue) / "))
        #expect(seen.body == (withBody ? "xyz" : ""))
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\nX-T: 1\r\n\r\n", "ok"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-T: 1\r\n\r\n", ""),
            ("HTTP/1.0 200 OK\r\n\r\nok", "ok"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
            ("HTTP/1.1 103 Early\r\nX-I: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok garbage", "ok"),
        ], [Int.max, 1]) func `a complete answer is read`(answer: (bytes: String, body: String), pieces: Int)
        async throws
    {
        let server = try LoopbackServer { _ in .sendAndClose(answer.bytes, pieces: pieces) }
        defer { server.stop() }
        let response = try await transport().send(HTTPRequest(.get, try EndpointURL(server.url)))
        #expect(response.status == 200)
        #expect(response.text == answer.body)
        #expect(response.headers["x-i"] == nil, "the headers of an interim answer are not the answer's")
        #expect(response.headers["x-t"] == nil, "a trailer is no header")
    }

    @Test(arguments: [
        (LoopbackServer.Reply.close, TransportFailure.Kind.cut),
        (.sendAndClose("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), .cut),
        (.sendAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"), .cut),
        (.sendAndClose("HTTP/1.1 200 OK\r\nX: y\r\nContent-Len"), .cut),
        (.sendAndClose("HTTP/1.1 200 OK\r\nX: y\r\n"), .cut),
        (.sendAndClose("HTTP/1.1 200"), .cut),
        (.sendAndClose("SSH-2.0-OpenSSH_9.2\r\n"), .malformed),
        (.sendAndClose("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), .malformed),
        (.sendAndClose("HTTP/1.1 700 OK\r\nContent-Length: 0\r\n\r\n"), .malformed),
        (.sendAndClose(head(5_000_000), filler: 5_000_000), .tooLarge),
        (.sendAndClose("HTTP/1.1 200 OK\r\n\r\n", filler: 5_000_000), .tooLarge),
    ]) func `an answer that is cut or malformed is ambiguous`(reply: LoopbackServer.Reply, kind: TransportFailure.Kind)
        async throws
    {
        let server = try LoopbackServer { _ in reply }
        defer { server.stop() }
        let failure = await failure(try transport(), HTTPRequest(.post, try EndpointURL(server.url)))
        #expect(failure?.kind == kind)
        #expect(failure?.delivery == .ambiguous)
        #expect(server.received.count == 1)
    }

    @Test(arguments: ["a: b\r\n", "a"]) func `a head without end ends the request`(part: String) async throws {
        let server = try LoopbackServer { _ in
            .sendAndClose("HTTP/1.1 200 OK\r\n" + String(repeating: part, count: 300_000))
        }
        defer { server.stop() }
        #expect(await failure(try transport(), HTTPRequest(.get, try EndpointURL(server.url)))?.delivery == .ambiguous)
    }

    @Test(arguments: [false, true])
    func `a body of exactly the limit is accepted, and one byte more is not`(lengthKnown: Bool) async throws {
        let server = try LoopbackServer { _ in
            .sendAndClose(lengthKnown ? head(100) : "HTTP/1.1 200 OK\r\n\r\n", filler: 100)
        }
        defer { server.stop() }
        let url = try EndpointURL(server.url)
        let exact = try await transport().send(HTTPRequest(.get, url, limits: HTTPLimits(body: 100)))
        #expect(exact.body.bytes.count == 100)
        #expect(await failure(try transport(), HTTPRequest(.get, url, limits: HTTPLimits(body: 99)))?.kind == .tooLarge)
    }

    @Test func `a redirect is an answer and nothing is sent to its target`() async throws {
        let target = try LoopbackServer { _ in hello }
        let server = try LoopbackServer { _ in .answer("", "307 Moved", ["Location: \(target.url)/steal"]) }
        defer { for each in [server, target] { each.stop() } }
        let body = SecretBox(SecretBytes(copying: "secret"))
        let response = try await transport().send(HTTPRequest(.post, try EndpointURL(server.url), body: body))
        #expect(response.status == 307)
        #expect(response.headers["location"] == target.url + "/steal")
        #expect(target.received.isEmpty)
    }

    @Test(arguments: ["a\r\nX: y", "a\nb", "a\u{0}b", ""])
    func `a header that would begin another line is never sent`(value: String) async throws {
        let server = try LoopbackServer { _ in hello }
        defer { server.stop() }
        let request = HTTPRequest(.get, try EndpointURL(server.url), headers: [HTTPHeader("A", value)])
        #expect(await failure(try transport(), request) == TransportFailure(.invalidRequest, .notSent))
        #expect(server.received.isEmpty)
    }
}

private func head(_ length: Int) -> String { "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n" }
