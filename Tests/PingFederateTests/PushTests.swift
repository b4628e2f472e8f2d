import Domain
import HTTPTransport
import PingFederate
import SecretMemory
import TestSupport
import Testing

@Suite struct PushTests {
    private static let change = [FieldChange("Secret", SecretBox("PlantedSecret0123456789"))]

    private func push(_ console: ScriptedConsole, _ login: ConsoleAccess.Login? = nil) async throws -> Pushed {
        let access = try login.map { try ConsoleAccess.planted($0) } ?? .planted()
        let session = try await ConsoleSession(access, over: console)
        return try await session.push(Self.change, secret: "Secret", to: "c 1")
    }

    private static let good: ScriptedConsole.Script = { call, _ in
        switch call {
        case "GET /version": .json(#"{"version":"12.1"}"#)
        case "GET /idp/spConnections/c%201": .json(connection())
        case "PUT /idp/spConnections/c%201": .json(connection("2", secret: "enc:new"))
        default: .json("{}", 404)
        }
    }

    @Test func `a push reads twice and saves once, with the headers that the console wants of every call`() async throws
    {
        let console = ScriptedConsole(Self.good)
        let pushed = try await push(console)
        let path = "/idp/spConnections/c%201"
        #expect(console.calls == ["GET /version", "GET \(path)", "GET \(path)", "PUT \(path)"])
        for request in console.requests {
            let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value.text) })
            #expect(headers["X-XSRF-Header"] == "PingFederate")
            #expect(headers["Authorization"] == "Basic a2V5dHVybjpQbGFudGVkUGFzc3dvcmQ=")
            #expect((headers["Content-Type"] == "application/json") == (request.method == .put))
            #expect(headers["X-BypassExternalValidation"] == nil)
            #expect(request.isRepeatable == (request.method == .get))
        }
        let body = try #require(console.requests.last?.body?.text)
        #expect(body.contains(#"{"name":"Secret","value":"PlantedSecret0123456789"}"#))
        #expect(body.contains(#"{"name":"Other","encryptedValue":"enc:other"}"#))
        #expect(pushed.saved.encryptedValue(of: "Secret")?.text == "enc:new" && pushed.shown == nil)
        #expect(pushed.before.second.encryptedValue(of: "Secret")?.text == "enc:old")
    }

    @Test func `a change saved meanwhile is not overwritten, and the push starts again and fails finally`() async throws
    {
        let busy = ScriptedConsole { call, count in
            call.hasPrefix("GET /idp") ? .json(connection("\(min(count, 3))")) : Self.good(call, count)
        }
        _ = try await push(busy)
        #expect(busy.calls.filter { $0.hasPrefix("PUT") }.count == 1)
        #expect(busy.calls.filter { $0.hasPrefix("GET /idp") }.count == 6)

        let endless = ScriptedConsole { call, count in
            call.hasPrefix("GET /idp") ? .json(connection("\(count)")) : Self.good(call, count)
        }
        let failure = await #expect(throws: ConsoleFailure.self) { try await push(endless) }
        #expect(failure?.cause == .editors && failure?.disposition == .later())
        #expect(!endless.calls.contains { $0.hasPrefix("PUT") })
    }

    @Test(arguments: [
        (401, ConsoleFailure.Disposition.needsFix, ConsoleCause.unauthorized), (403, .needsFix, .forbidden),
        (404, .needsFix, .notFound), (400, .rejected, .rejected), (422, .rejected, .rejected),
        (302, .needsFix, .redirected),
        (500, .later(), .serverError), (503, .later(), .serverError), (429, .later(), .serverError),
        (409, .later(), .conflict), (418, .later(), .unexpectedAnswer),
    ]) func `each status has its meaning`(
        status: Int, disposition: ConsoleFailure.Disposition, cause: ConsoleCause
    ) async throws {
        let console = ScriptedConsole { call, count in
            call.hasPrefix("PUT") ? .json(#"{"message":"said"}"#, status) : Self.good(call, count)
        }
        let failure = await #expect(throws: ConsoleFailure.self) { try await push(console) }
        #expect(failure?.disposition == disposition && failure?.cause == cause && failure?.status == status)
        #expect(failure?.detail == "said")
    }

    @Test func `PingFederate's own words are shown, without any secret that they repeat`() async throws {
        let body = """
            {"resultId":"x","message":"Validation error(s) occurred.","developerMessage":"PlantedSecret0123456789",
            "validationErrors":[{"message":"Zoom refuses it.","fieldPath":"outboundProvision.targetSettings"},
            {"message":"bad value: PlantedSecret0123456789"},{"message":"it ends in tedSecret0"},
            {"message":"login PlantedPassword"},{"message":"line\\nbreak"}]}
            """
        let console = ScriptedConsole { call, count in
            call.hasPrefix("PUT") ? .json(body, 422) : Self.good(call, count)
        }
        let failure = await #expect(throws: ConsoleFailure.self) { try await push(console) }
        let text = try #require(failure?.description)
        #expect(text.contains("outboundProvision.targetSettings: Zoom refuses it."), "\(text)")
        #expect(text.contains("withheld") && text.contains("linebreak"))
        #expect(!text.contains("tedSecret") && !text.contains("Password"), "\(text)")
    }

    @Test func `an answer that did not arrive is no answer, and an untrusted server is for the operator`() async throws
    {
        for (kind, delivery, disposition) in [
            (.timedOut, .ambiguous, .later()), (.cut, .ambiguous, .later()), (.unreachable, .notSent, .later()),
            (.tlsUntrusted, .notSent, .needsFix), (.identityUnusable, .notSent, .needsFix),
        ] as [(TransportFailure.Kind, TransportFailure.Delivery, ConsoleFailure.Disposition)] {
            let console = ScriptedConsole { call, count in
                call.hasPrefix("PUT") ? .failure(TransportFailure(kind, delivery)) : Self.good(call, count)
            }
            let failure = await #expect(throws: ConsoleFailure.self) { try await push(console) }
            #expect(failure?.disposition == disposition, "\(kind)")
        }
    }

    @Test(arguments: [
        "<html>", "{", "[]", #"{"version":7}"#,
    ]) func `a login page, half a document and a list are not the admin API's`(body: String) async throws {
        let console = ScriptedConsole { _, _ in .json(body) }
        let failure = await #expect(throws: ConsoleFailure.self) { try await push(console) }
        #expect(failure?.cause == .unexpectedAnswer)
    }

    @Test func `OAuth requests a token once and never shows its secret`() async throws {
        let login = ConsoleAccess.Login.clientCredentials(
            .init(
                tokenURL: try EndpointURL("https://sso.example.com/as/token.oauth2"), clientID: "id",
                secret: SecretBox("PlantedOAuthSecret")))
        let console = ScriptedConsole { call, count in
            call == "POST /as/token.oauth2"
                ? .json(#"{"access_token":"PlantedToken","token_type":"Bearer"}"#) : Self.good(call, count)
        }
        _ = try await push(console, login)
        #expect(console.calls.filter { $0.hasPrefix("POST") }.count == 1)
        #expect(console.requests.last?.headers.contains { $0.value.text == "Bearer PlantedToken" } == true)

        let refusing = ScriptedConsole { _, _ in .json(#"{"message":"no PlantedOAuthSecret"}"#, 401) }
        let failure = await #expect(throws: ConsoleFailure.self) { try await push(refusing, login) }
        #expect(failure?.cause == .invalidClient && failure?.disposition == .needsFix)
        #expect(failure?.description.contains("Planted") == false)
    }

    @Test(arguments: ["", ".", ".."]) func `an ID is one part of a path, whatever it is`(id: String) async throws {
        let console = ScriptedConsole(Self.good)
        let session = try await ConsoleSession(.planted(), over: console)
        #expect(await failure { () throws(ConsoleFailure) in try await session.connection(id) }?.cause == .mismatch)
        #expect(console.calls.isEmpty)
    }
}
