import HTTPTestSupport
import HTTPTransport
import SecretMemory
import Testing

private let hello = LoopbackServer.Reply.answer("hello")

@Suite(.ownThreads) struct CurlLifeTests {
    @Test func `a request to a port without a listener is not sent`() async throws {
        let url = try EndpointURL("http://127.0.0.1:\(LoopbackServer.deadPort())")
        let failure = await failure(try transport(), HTTPRequest(.post, url))
        #expect(failure?.kind == .unreachable)
        #expect(failure?.delivery == .notSent)
    }

    @Test func `a request to a name that does not exist is not sent`() async throws {
        let url = try EndpointURL("https://keyturn.invalid")
        let failure = await failure(try transport(), HTTPRequest(.post, url, limits: HTTPLimits(total: .seconds(10))))
        // Behind a proxy, the name is the proxy's to resolve.
        #expect([.unresolved, .timedOut, .unreachable].contains(failure?.kind))
        #expect(failure?.delivery == .notSent)
    }

    @Test func `a server that accepts and is silent is ambiguous, within the limit`() async throws {
        let server = try LoopbackServer { _ in .silence }
        defer { server.stop() }
        let request = HTTPRequest(.get, try EndpointURL(server.url), limits: HTTPLimits(total: .milliseconds(200)))
        let failure = await failure(try transport(), request)
        #expect(failure?.kind == .timedOut)
        #expect(failure?.delivery == .ambiguous)
    }

    @Test func `requests share connections`() async throws {
        let server = try LoopbackServer { _ in hello }
        defer { server.stop() }
        let transport = try transport()
        for _ in 0..<3 { _ = try await transport.send(HTTPRequest(.get, try EndpointURL(server.url))) }
        #expect(server.received.map(\.connection) == [1, 1, 1])
    }

    @Test func `a request that must not be repeated is sent once, even when a kept connection closes under it`()
        async throws
    {
        let server = try LoopbackServer { $0.requestLine.contains("/good") ? hello : .close }
        defer { server.stop() }
        let transport = try transport()
        let url = try EndpointURL(server.url)
        _ = try await transport.send(HTTPRequest(.get, url.appending("/good")))
        let failure = try await failure(transport, HTTPRequest(.post, url.appending("/rotate")))
        #expect(failure?.kind == .cut)
        #expect(failure?.delivery == .ambiguous)
        #expect(server.received.filter { $0.requestLine.contains("/rotate") }.count == 1)
    }

    @Test func `a request that may be repeated survives a kept connection that closes under it`() async throws {
        let server = try LoopbackServer { request in
            request.connection == 1 && request.requestLine.contains("/token") ? .close : hello
        }
        defer { server.stop() }
        let transport = try transport()
        let url = try EndpointURL(server.url)
        _ = try await transport.send(HTTPRequest(.get, url.appending("/first")))
        let body = SecretBox(SecretBytes(copying: "a=b"))
        let again = HTTPRequest(.post, try url.appending("/token"), body: body, isRepeatable: true)
        #expect(try await transport.send(again).status == 200)
        #expect(server.received.filter { $0.requestLine.contains("/token") }.map(\.body) == ["a=b", "a=b"])
    }

    @Test func `cancelling ends the request`() async throws {
        let (asked, signal) = AsyncStream.makeStream(of: Void.self)
        let server = try LoopbackServer { _ in
            signal.yield()
            return .silence
        }
        defer { server.stop() }
        let transport = try transport()
        let request = HTTPRequest(.get, try EndpointURL(server.url), limits: HTTPLimits(total: .seconds(600)))
        let task = Task { await failure(transport, request) }
        for await _ in asked.prefix(1) {}
        task.cancel()
        #expect(await task.value == TransportFailure(.cancelled, .ambiguous))
    }

    @Test func `a task that is cancelled already sends nothing`() async throws {
        let transport = try transport()
        let url = try EndpointURL("http://127.0.0.1:\(LoopbackServer.deadPort())")
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await failure(transport, HTTPRequest(.get, url))
        }
        #expect(await task.value == TransportFailure(.cancelled, .notSent))
    }

    @Test func `200 requests at once are all answered`() async throws {
        let server = try LoopbackServer { .answer($0.requestLine) }
        defer { server.stop() }
        let transport = try transport()
        let url = try EndpointURL(server.url)
        let limits = HTTPLimits(connect: .seconds(60), total: .seconds(120))
        let answers = await withTaskGroup(of: (Int, String?).self) { group in
            for number in 0..<200 {
                group.addTask {
                    let request = try? HTTPRequest(.get, url.appending("/\(number)"), limits: limits)
                    guard let request else { return (number, nil) }
                    return (number, try? await transport.send(request).text)
                }
            }
            return await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        #expect(answers.count == 200)
        #expect(answers.allSatisfy { $0.value.hasPrefix("GET /\($0.key) ") })
    }

    @Test func `more requests than allowed fail at once, and make room again`() async throws {
        let (asked, signal) = AsyncStream.makeStream(of: Void.self)
        let server = try LoopbackServer { _ in
            signal.yield()
            return .silence
        }
        defer { server.stop() }
        let transport = try transport(maximumInFlight: 1)
        let request = HTTPRequest(.get, try EndpointURL(server.url), limits: HTTPLimits(total: .seconds(600)))
        let first = Task { await failure(transport, request) }
        for await _ in asked.prefix(1) {}
        #expect(await failure(transport, request) == TransportFailure(.overloaded, .notSent))
        first.cancel()
        #expect(await first.value?.kind == .cancelled)
        let dead = HTTPRequest(.get, try EndpointURL("http://127.0.0.1:\(LoopbackServer.deadPort())"))
        #expect(await failure(transport, dead)?.kind == .unreachable)
    }

    @Test func `a shutdown fails requests under way and later ones, and may be repeated`() async throws {
        let (asked, signal) = AsyncStream.makeStream(of: Void.self)
        let server = try LoopbackServer { _ in
            signal.yield()
            return .silence
        }
        defer { server.stop() }
        let transport = try transport()
        let request = HTTPRequest(.get, try EndpointURL(server.url), limits: HTTPLimits(total: .seconds(600)))
        let pending = Task { await failure(transport, request) }
        for await _ in asked.prefix(1) {}
        transport.shutdown()
        #expect(await pending.value == TransportFailure(.shutDown, .ambiguous))
        #expect(await failure(transport, request) == TransportFailure(.shutDown, .notSent))
        transport.shutdown()
    }

    @Test func `transports come and go without leaving anything behind`() async throws {
        for _ in 0..<50 { _ = try transport() }
    }
}
