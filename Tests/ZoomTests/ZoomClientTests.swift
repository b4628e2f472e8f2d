import Domain
import HTTPTestSupport
import HTTPTransport
import SecretMemory
import Testing

@testable import Zoom

private func client() throws -> ZoomClient {
    ZoomClient(transport: try CurlTransport(.init(userAgent: "keyturn/test")), now: { 0 })
}

private func endpoints(_ server: LoopbackServer) throws -> ZoomEndpoints {
    ZoomEndpoints(
        tokenURL: try EndpointURL(server.url + "/oauth/token"), apiURL: try EndpointURL(server.url + "/"))
}

@Suite struct ZoomClientTests {
    @Test func `[doc] a token request is exactly the documented form`() async throws {
        let server = try LoopbackServer { _ in .answer(tokenJSON(("api_url", nil))) }
        defer { server.stop() }
        var credentials = ZoomCredentials.planted
        credentials.accountID = "acc&grant_type=x =+%é~"
        credentials.clientID = "client~id?"
        credentials.clientSecret = secret("ab~?")
        let token = try await client().mint(credentials, at: endpoints(server))
        #expect(token.accessToken.text == "eyJ0eXAi.T0K3N.x-y_z")
        _ = try await client().mint(.planted, grant: .clientCredentials, at: endpoints(server))
        let seen = server.received
        #expect(seen.map(\.requestLine) == ["POST /oauth/token HTTP/1.1", "POST /oauth/token HTTP/1.1"])
        #expect(
            seen[0].body
                == "grant_type=account_credentials&account_id=acc%26grant_type%3Dx%20%3D%2B%25%C3%A9~")
        #expect(seen[0].header("authorization") == "Basic Y2xpZW50fmlkPzphYn4/")
        #expect(seen[0].header("content-type") == "application/x-www-form-urlencoded")
        #expect(seen[0].header("accept") == "application/json")
        #expect(seen[1].body == "grant_type=client_credentials")
    }

    @Test func `[doc] the SCIM probe is the documented call, and reads no user`() async throws {
        let server = try LoopbackServer { _ in
            .answer(
                #"{"schemas":["x"],"totalResults":42,"startIndex":1,"itemsPerPage":1,"Resources":[{"id":"u"}]}"#,
                "200 OK", ["Content-Type: application/scim+json;charset=utf-8", "x-zm-trackingid: t1"])
        }
        defer { server.stop() }
        let probe = try await client().probeSCIM(token: secret("T0K3N"), api: endpoints(server).apiURL)
        #expect(probe.totalResults == 42)
        #expect(probe.trackingID == "t1")
        let seen = try #require(server.received.first)
        #expect(seen.requestLine == "GET /scim2/Users?startIndex=1&count=1 HTTP/1.1")
        #expect(seen.header("authorization") == "Bearer T0K3N")
        #expect(seen.header("accept") == "application/scim+json")
    }

    @Test func `[doc] the users summary is the documented call`() async throws {
        let server = try LoopbackServer { _ in .answer(#"{"licensed_users_count":3,"total_users_count":7}"#) }
        defer { server.stop() }
        let summary = try await client().usersSummary(token: secret("T0K3N"), api: endpoints(server).apiURL)
        #expect(summary.total == 7)
        #expect(summary.licensed == 3)
        #expect(server.received.first?.requestLine == "GET /v2/users/summary HTTP/1.1")
    }

    @Test(arguments: [301, 302, 307, 308])
    func `a redirect carries no credentials away, [assumed] whatever its status`(status: Int) async throws {
        let thief = try LoopbackServer { _ in .answer(tokenJSON()) }
        let server = try LoopbackServer { _ in .answer("", "\(status) Moved", ["Location: \(thief.url)/oauth/token"]) }
        defer { for each in [server, thief] { each.stop() } }
        await #expect(throws: ZoomFailure(.transient(), .redirected, status: status)) {
            try await client().mint(.planted, at: endpoints(server))
        }
        #expect(thief.received.isEmpty)
    }

    @Test func `[assumed] five megabytes are not read to the end`() async throws {
        let server = try LoopbackServer { _ in
            .sendAndClose("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", filler: 5_000_000)
        }
        defer { server.stop() }
        await #expect { try await client().mint(.planted, at: endpoints(server)) } throws: { error in
            (error as? ZoomFailure)?.cause == .unexpectedAnswer && (error as? ZoomFailure)?.disposition == .ambiguous
        }
    }

    @Test(arguments: [200, 400, 401, 429, 500])
    func `a server that echoes the request gets no secret into any text`(status: Int) async throws {
        let server = try LoopbackServer { request in
            let said = "\(request.header("authorization") ?? "") PlantedSecret0123456789abcdefABCD T0K3N"
            let body = #"{"error":"invalid_client","reason":"\#(said)","code":4711,"access_token":"\#(said)"}"#
            return .answer(body, "\(status) X", ["Content-Type: application/json", "x-zm-trackingid: \(said)"])
        }
        defer { server.stop() }
        let (client, api) = (try client(), try endpoints(server))
        for call in ["mint", "scim", "summary"] {
            do throws(ZoomFailure) {
                switch call {
                case "mint": _ = try await client.mint(.planted, at: api)
                case "scim": _ = try await client.probeSCIM(token: secret("T0K3N"), api: api.apiURL)
                default:
                    let summary = try await client.usersSummary(token: secret("T0K3N"), api: api.apiURL)
                    #expect(!"\(summary)".contains("T0K3N"))
                }
                #expect(call == "summary" && status == 200)
            } catch {
                let texts = "\(error) \(error.cause.remedy) \(String(reflecting: error)) \(error.trackingID ?? "")"
                for planted in ["PlantedSecret", "T0K3N", "Y2xpZW50MDEyMzQ1"] { #expect(!texts.contains(planted)) }
            }
        }
    }

    @Test func `an API address that cannot be one is refused before anything is sent`() async throws {
        let transport = FakeTransport(.success(response(200, "application/json", "{}")))
        let api = try EndpointURL("https://api.zoom.us/?x")
        await #expect(throws: ZoomFailure.self) {
            try await ZoomClient(transport: transport, now: { 0 }).probeSCIM(token: secret("t"), api: api)
        }
        #expect(transport.requests.isEmpty)
    }

    @Test func `only a request that is harmless twice may be sent twice, and time is limited`() async throws {
        let transport = FakeTransport(.success(response(200, "application/json", tokenJSON())))
        _ = try await ZoomClient(transport: transport, now: { 0 }).mint(.planted, at: .commercial)
        let request = try #require(transport.requests.first)
        #expect(request.isRepeatable)
        #expect(request.limits.total <= .seconds(15))
        #expect(request.limits.body == 65_536)
        #expect(request.url.description == "https://zoom.us/oauth/token")
    }

    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
    func `base64 has its padding`(text: String, encoded: String) {
        var buffer = SecretBuffer()
        SecretBytes(copying: text).withSpan { buffer.append(base64: $0) }
        #expect(SecretBox(buffer.finish()).text == encoded)
    }
}
