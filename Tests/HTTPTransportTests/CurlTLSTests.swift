import Foundation
import HTTPTestSupport
import HTTPTransport
import SecretMemory
import Synchronization
import Testing

@Suite struct CurlTLSTests {
    private func request(_ host: String, _ server: TLSServer) throws -> HTTPRequest {
        HTTPRequest(
            .get, try EndpointURL("https://\(host):\(server.port)/"),
            headers: [HTTPHeader("Authorization", "Bearer planted")],
            limits: HTTPLimits(connect: .seconds(30), total: .seconds(60)))
    }

    @Test func `a server is trusted for its name, by the CA file given, and by nothing else`() async throws {
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

    @Test func `an authority of another server is not trusted`() async throws {
        let (server, other) = (try TLSServer(), try TLSServer())
        let failure = await failure(try transport(caFile: other.caFile), try request("localhost", server))
        #expect(failure?.kind == .tlsUntrusted)
    }

    @Test func `TLS 1.1 is refused although the server offers nothing else`() async throws {
        let old = ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]
        let server = try TLSServer(old)
        #expect(try server.client(old).contains("TLSv1.1"), "this OpenSSL must be able to speak TLS 1.1")
        let failure = await failure(try transport(caFile: server.caFile), try request("localhost", server))
        #expect(failure?.kind == .tlsFailed)
        #expect(failure?.delivery == .notSent)
    }

    @Test func `a server that never answers the handshake gets nothing of the request`() async throws {
        let server = try LoopbackServer { _ in .close }
        defer { server.stop() }
        let url = try EndpointURL("https://127.0.0.1:\(server.port)/")
        let limits = HTTPLimits(connect: .milliseconds(200))
        let failure = await failure(try transport(), HTTPRequest(.post, url, limits: limits))
        #expect(failure?.kind == .timedOut)
        #expect(failure?.delivery == .notSent)
    }
}

@Suite struct CurlCertificateTests {
    private func request(_ server: TLSServer, _ tls: TLSOptions) throws -> HTTPRequest {
        HTTPRequest(
            .get, try EndpointURL("https://127.0.0.1:\(server.port)/"),
            headers: [HTTPHeader("Authorization", "Bearer planted")],
            limits: HTTPLimits(connect: .seconds(30), total: .seconds(60)), tls: tls)
    }

    @Test func `a certificate that is accepted needs no authority and no name, and is judged each time`() async throws {
        let server = try TLSServer()
        let transport = try transport()
        let met = Mutex<[PeerCertificate]>([])
        for _ in 0..<3 {
            let tls = TLSOptions(
                trust: .certificate { certificate in
                    met.withLock { $0.append(certificate) }
                    return true
                })
            #expect(try await transport.send(request(server, tls)).status == 200)
        }
        let seen = met.withLock { $0 }
        #expect(seen.count == 3 && Set(seen.map(\.der)).count == 1)
        #expect(seen[0].subject.contains("localhost") && seen[0].issuer.contains("test authority"))
        #expect(try server.leaf() == seen[0].der, "the very certificate, as openssl has it")
    }

    @Test func `a server whose certificate is not accepted is sent nothing, whoever signed it`() async throws {
        let server = try LoopbackServer { _ in .answer("hello") }
        defer { server.stop() }
        let tlsServer = try TLSServer()
        let transport = try transport(caFile: tlsServer.caFile)
        let judge = TLSOptions(trust: .certificate { _ in false })
        let failure = await failure(transport, try request(tlsServer, judge))
        #expect(failure?.kind == .tlsUntrusted && failure?.delivery == .notSent)
        #expect(tlsServer.requests == 0)

        let plain = HTTPRequest(.get, try EndpointURL(server.url), tls: TLSOptions(trust: .certificate { _ in true }))
        let unproven = await HTTPTransportTests.failure(transport, plain)
        #expect(unproven?.kind == .tlsUntrusted && server.received.isEmpty, "without TLS there is no certificate")
    }

    @Test func `an accepted certificate opens no way for requests that go by authority`() async throws {
        let server = try TLSServer()
        let transport = try transport()
        let tls = TLSOptions(trust: .certificate { _ in true })
        #expect(try await transport.send(request(server, tls)).status == 200)
        #expect(await failure(transport, try request(server, TLSOptions()))?.kind == .tlsUntrusted)
    }

    @Test func `authorities of the request's own replace all others`() async throws {
        let (server, other) = (try TLSServer(), try TLSServer())
        let named = { (server: TLSServer, pem: String) in
            HTTPRequest(
                .get, try EndpointURL("https://localhost:\(server.port)/"),
                limits: HTTPLimits(connect: .seconds(30), total: .seconds(60)),
                tls: TLSOptions(trust: .authorities(pem)))
        }
        let transport = try transport(caFile: other.caFile)
        let own = try String(contentsOfFile: server.caFile, encoding: .utf8)
        #expect(try await transport.send(named(server, own)).status == 200)
        #expect(await failure(transport, try named(other, own))?.kind == .tlsUntrusted)
        let none = await failure(transport, try named(server, "nothing"))
        #expect(none?.delivery == .notSent)
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `a client certificate that the server does not trust is reported, in each version of TLS`(version: String)
        async throws
    {
        let server = try TLSServer([version, "-Verify", "1", "-verify_return_error"])
        let transport = try transport(caFile: server.caFile)
        let identity = TLSOptions.Identity(
            certificates: try server.file("server.pem"),
            key: SecretBox(SecretBytes(copying: try server.file("server.key"))))
        let refused = await failure(
            transport, try request(server, TLSOptions(trust: .certificate { _ in true }, identity: identity)))
        #expect(
            refused?.kind == .identityRefused && refused?.detail == "TLS alert unknown_ca",
            "\(String(describing: refused))")
        let none = await failure(transport, try request(server, TLSOptions(trust: .certificate { _ in true })))
        // TLS 1.2 has no alert of its own for that.
        #expect(none?.kind == (version == "-tls1_3" ? .identityRefused : .tlsFailed), "\(String(describing: none))")
        #expect(
            none?.detail == (version == "-tls1_3" ? "TLS alert certificate_required" : "TLS alert handshake_failure"))
    }

    @Test func `a client certificate is presented, and a key that does not fit is reported`() async throws {
        let server = try TLSServer(["-Verify", "1"])
        let transport = try transport(caFile: server.caFile)
        func tls(_ name: String, _ key: String) throws -> TLSOptions {
            TLSOptions(
                trust: .certificate { _ in true },
                identity: .init(
                    certificates: try server.file(name), key: SecretBox(SecretBytes(copying: try server.file(key)))))
        }
        let answer = try await transport.send(try request(server, tls("server.pem", "server.key")))
        #expect(answer.status == 200 && answer.text.contains("CN = localhost") || answer.text.contains("CN=localhost"))
        let wrong = await failure(transport, try request(server, tls("server.pem", "ca.key")))
        #expect(wrong?.kind == .identityUnusable && wrong?.delivery == .notSent)
        let none = await failure(transport, try request(server, TLSOptions(trust: .certificate { _ in true })))
        #expect(none != nil, "the server wants one")
    }
}
