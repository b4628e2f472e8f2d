import HTTPTestSupport
import HTTPTransport
import SecretMemory
import Testing

@Suite("CurlTransport: TLS")
struct CurlTLSTests {
    private func request(_ host: String, _ server: TLSServer) throws -> HTTPRequest {
        HTTPRequest(
            .get, try EndpointURL("https://\(host):\(server.port)/"),
            headers: [HTTPHeader("Authorization", "Bearer planted")],
            limits: HTTPLimits(connect: .seconds(30), total: .seconds(60)))
    }

    @Test("a server is trusted for its name, by the CA file given, and by nothing else")
    func trust() async throws {
        let server = try TLSServer()
        let answer = try await transport(caFile: server.caFile).send(request("localhost", server))
        #expect(answer.status == 200)

        let unknownAuthority = await failure(try transport(), try request("localhost", server))
        #expect(unknownAuthority?.kind == .tlsUntrusted)
        #expect(unknownAuthority?.delivery == .notSent)

        let otherName = await failure(try transport(caFile: server.caFile), try request("127.0.0.1", server))
        #expect(otherName?.kind == .tlsUntrusted)
        #expect(otherName?.delivery == .notSent)

        let noFile = await failure(try transport(caFile: server.caFile + ".missing"), try request("localhost", server))
        #expect(noFile?.kind == .caUnusable)
        #expect(noFile?.delivery == .notSent)
    }

    @Test("an authority of another server is not trusted")
    func otherAuthority() async throws {
        let (server, other) = (try TLSServer(), try TLSServer())
        let failure = await failure(try transport(caFile: other.caFile), try request("localhost", server))
        #expect(failure?.kind == .tlsUntrusted)
    }

    @Test("TLS 1.1 is refused although the server offers nothing else")
    func oldVersion() async throws {
        let old = ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]
        let server = try TLSServer(old)
        #expect(try server.client(old).contains("TLSv1.1"), "this OpenSSL must be able to speak TLS 1.1")
        let failure = await failure(try transport(caFile: server.caFile), try request("localhost", server))
        #expect(failure?.kind == .tlsFailed)
        #expect(failure?.delivery == .notSent)
    }

    @Test("a server that never answers the handshake gets nothing of the request")
    func silentHandshake() async throws {
        let server = try LoopbackServer { _ in .close }
        defer { server.stop() }
        let url = try EndpointURL("https://127.0.0.1:\(server.port)/")
        let limits = HTTPLimits(connect: .milliseconds(200))
        let failure = await failure(try transport(), HTTPRequest(.post, url, limits: limits))
        #expect(failure?.kind == .timedOut)
        #expect(failure?.delivery == .notSent)
    }
}
