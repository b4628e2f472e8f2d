import Domain
import HTTPTestSupport
import HTTPTransport
import SecretMemory
import Testing

@testable import Zoom

/// Begins, and waits to be released before it answers.
private final class PatientTransport: HTTPTransport {
    let begun: AsyncStream<Void>
    private let begin: AsyncStream<Void>.Continuation
    private let released: AsyncStream<Void>
    let release: AsyncStream<Void>.Continuation

    init() {
        (begun, begin) = AsyncStream.makeStream()
        (released, release) = AsyncStream.makeStream()
    }

    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        begin.yield()
        for await _ in released.prefix(1) {}
        if Task.isCancelled { throw TransportFailure(.cancelled, .ambiguous) }
        return response(201, "the only copy")
    }
}

@Suite struct RotationCallTests {
    private func client() throws -> ZoomClient {
        ZoomClient(transport: try CurlTransport(.init(userAgent: "keyturn/test")), now: { 0 })
    }

    @Test func `[doc] new and update name a time in UTC, never now, and neither may be sent twice`() async throws {
        let transport = FakeTransport(.success(response(201, #"{"secret_id":"i"}"#)))
        let client = ZoomClient(transport: transport, now: { 0 })
        let api = ZoomEndpoints.commercial.apiURL
        _ = await client.rotateSecret(
            appID: "a/b?c_d", revokeOldAt: Timestamp(unixSeconds: 1_714_564_800), token: secret("T0K3N"), api: api)
        let end = await client.endOldSecret(
            appID: "app", at: Timestamp(unixSeconds: 1_714_564_920), token: secret("T0K3N"), api: api)
        #expect(end == .set(secretID: "i"))
        let requests = transport.requests
        #expect(
            requests.map(\.url.description) == [
                "https://api.zoom.us/v2/marketplace/apps/a%2Fb%3Fc_d/rotate_client_secret",
                "https://api.zoom.us/v2/marketplace/apps/app/rotate_client_secret",
            ])
        #expect(
            requests.map { $0.body?.text } == [
                #"{"action":"new","revoke_old_secret_time":"2024-05-01T12:00:00Z"}"#,
                #"{"action":"update","revoke_old_secret_time":"2024-05-01T12:02:00Z"}"#,
            ])
        for request in requests {
            #expect(request.method == .post)
            #expect(!request.isRepeatable)
            #expect(request.headers.map { "\($0.name): \($0.value.text)" }.contains("Authorization: Bearer T0K3N"))
            #expect(request.headers.map { "\($0.name): \($0.value.text)" }.contains("Content-Type: application/json"))
        }
    }

    @Test(arguments: ["", ".", ".."])
    func `an app ID that would lead elsewhere is not sent`(appID: String) async throws {
        let transport = FakeTransport(.success(response(201, "{}")))
        let client = ZoomClient(transport: transport, now: { 0 })
        let (token, api) = (secret("T0K3N"), ZoomEndpoints.commercial.apiURL)
        let call = await client.rotateSecret(
            appID: appID, revokeOldAt: Timestamp(unixSeconds: 0), token: token, api: api)
        #expect(call.name == "certainlyNot")
        #expect(call.failure?.cause == .wrongAppID)
        let end = await client.endOldSecret(
            appID: appID, at: Timestamp(unixSeconds: 0), token: token, api: api)
        guard case .refused = end else {
            Issue.record("not refused")
            return
        }
        #expect(transport.requests.isEmpty)
    }

    @Test(arguments: [200, 201, 202, 299])
    func `[assumed] any 2xx with a body is handed out byte for byte, readable or not`(status: Int) async throws {
        for body in ["<html>", "{", "\u{0}\u{1}\r\n", #"{"secret_id":"i"}"#, " "] {
            let transport = FakeTransport(.success(response(status, "text/html", body)))
            let call = await ZoomClient(transport: transport, now: { 0 }).rotate()
            #expect(call.name == "answered")
            #expect(call.body?.text == body)
        }
    }

    @Test func `[assumed] an old secret is not revoked because a login page says 200`() async throws {
        for answer in [response(200, "text/html", "<html>"), response(201, "{}"), response(201, "[]")] {
            let client = ZoomClient(transport: FakeTransport(.success(answer)), now: { 0 })
            let call = await client.endOldSecret(
                appID: "app", at: Timestamp(unixSeconds: 0), token: secret("T0K3N"),
                api: ZoomEndpoints.commercial.apiURL)
            guard case .unknown(let failure) = call else {
                Issue.record("\(call)")
                return
            }
            #expect(failure.cause == .unexpectedAnswer)
        }
    }

    @Test func `cancelling does not throw away the answer to a call that has begun`() async throws {
        let transport = PatientTransport()
        let task = Task { await ZoomClient(transport: transport, now: { 0 }).rotate() }
        for await _ in transport.begun.prefix(1) {}
        task.cancel()
        transport.release.yield()
        #expect(await task.value.body?.text == "the only copy")
    }

    @Test func `a cancelled task requests nothing`() async throws {
        let transport = FakeTransport(.success(response(201, "{}")))
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await ZoomClient(transport: transport, now: { 0 }).rotate()
        }
        let call = await task.value
        #expect(call.name == "certainlyNot")
        #expect(call.failure?.cause == .cancelled)
        #expect(transport.requests.isEmpty)
    }

    @Test(arguments: [0, 1, 30, 47, 48, 90])
    func `an answer cut at any byte is unknown, and the secret is saved if it arrived`(count: Int) async throws {
        let planted = "PlantedNew0123456789abcdefABCDEF"
        let body = #"{"new_secret":"\#(planted)","revoke_old_secret_time":"2026-03-05T04:05:06Z","secret_id":"i"}"#
        let head =
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        let server = try LoopbackServer { _ in .sendAndClose(head + body.prefix(count)) }
        defer { server.stop() }
        let call = try await client().rotate(at: EndpointURL(server.url))
        #expect(call.name == "unknown")
        #expect(call.failure?.cause == .answerLost)
        #expect(call.body?.text == (count == 0 ? nil : String(body.prefix(count))))
        let saved = call.body.flatMap { RotationAnswer.salvage($0) }
        #expect(saved?.text == (count >= 48 ? planted : nil))
        #expect(call.failure?.texts.contains("Planted") == false)
        #expect(!"\(call)".contains("Planted"))
        #expect(server.received.count == 1)
    }

    @Test func `an answer without a length that is cut looks whole, and is saved likewise`() async throws {
        let server = try LoopbackServer { _ in
            .sendAndClose("HTTP/1.1 201 Created\r\n\r\n" + #"{"new_secret":"PlantedNew0123","revoke_old"#)
        }
        defer { server.stop() }
        let call = try await client().rotate(at: EndpointURL(server.url))
        #expect(call.name == "answered")
        #expect(call.newSecret == nil)
        #expect(call.body.flatMap { RotationAnswer.salvage($0) }?.text == "PlantedNew0123")
    }

    @Test func `the beginning of an answer that is far too large is saved`() async throws {
        let server = try LoopbackServer { _ in
            .sendAndClose("HTTP/1.1 201 Created\r\n\r\n" + #"{"new_secret":"PlantedNew0123","x":""#, filler: 1_000_000)
        }
        defer { server.stop() }
        let call = try await client().rotate(at: EndpointURL(server.url))
        #expect(call.name == "unknown")
        #expect(call.body?.bytes.count == RotationAnswer.limit)
        #expect(call.body.flatMap { RotationAnswer.salvage($0) }?.text == "PlantedNew0123")
    }

    @Test(arguments: [200, 400, 401, 404, 429, 500])
    func `a server that echoes the token gets it into no text`(status: Int) async throws {
        let server = try LoopbackServer { request in
            let said = "does not contain scopes:[T0K3N] \(request.header("authorization") ?? "")"
            return .answer(
                #"{"code":201,"message":"\#(said)"}"#, "\(status) X",
                ["Content-Type: application/json", "x-zm-trackingid: \(said)"])
        }
        defer { server.stop() }
        let api = try EndpointURL(server.url)
        let call = try await client().rotate(at: api)
        #expect(call.failure?.texts.contains("T0K3N") != true)
        #expect(!"\(call)".contains("T0K3N"))
        let end = try await client().endOldSecret(
            appID: "app", at: Timestamp(unixSeconds: 0), token: secret("T0K3N"), api: api)
        #expect(!"\(end) \(String(reflecting: end))".contains("T0K3N"))
    }
}
