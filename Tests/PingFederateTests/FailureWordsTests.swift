import Domain
import HTTPTransport
import PingFederate
import SecretMemory
import TestSupport
import Testing

/// What an operator reads when a console does not do what was asked, and what to type next.
@Suite struct FailureWordsTests {
    private struct Console {
        var address = "https://console.example.com:9999"
        var login = ConsoleAccess.Login.basic(user: "keyturn", password: SecretBox("PlantedPassword"))
        var trust = TLSOptions.Trust.standard
        var bypasses = false

        func access() throws -> ConsoleAccess {
            var access = ConsoleAccess(
                api: try ConsoleAccess.api(of: EndpointURL(address)), login: login, trust: trust)
            access.bypassesExternalValidation = bypasses
            return access
        }
    }

    private static let certificate = ConsoleAccess.Login.certificate(
        .init(certificates: "PEM", key: SecretBox("PlantedPrivateKey")))

    private func version(
        _ answer: Result<HTTPResponse, TransportFailure>, of console: Console = Console()
    ) async throws -> ConsoleFailure {
        let access = try console.access()
        return try #require(
            await failure { () async throws(ConsoleFailure) in
                try await ConsoleSession(access, over: ScriptedConsole { _, _ in answer }).version()
            })
    }

    private func put(
        _ status: Int, _ body: String, to console: Console = Console()
    ) async throws -> (failure: ConsoleFailure, request: HTTPRequest) {
        let access = try console.access()
        let script = ScriptedConsole { call, _ in
            call.hasPrefix("PUT")
                ? .json(body, status) : call == "GET /version" ? .json(#"{"version":"12.2"}"#) : .json(connection())
        }
        let failed = await failure { () async throws(ConsoleFailure) in
            try await ConsoleSession(access, over: script)
                .push([FieldChange("Secret", SecretBox("PlantedSecret0123"))], secret: "Secret", to: "c 1")
        }
        return (try #require(failed), try #require(script.requests.last))
    }

    @Test(arguments: [
        ("https://c.example.com", "--admin-url https://c.example.com/PREFIX/pf-admin-api/v1"),
        ("https://c.example.com:9999/", "--admin-url https://c.example.com:9999/PREFIX/pf-admin-api/v1"),
        ("https://lb.example.com/pf", "--admin-url https://lb.example.com/pf/pf-admin-api/v1"),
        ("https://c.example.com:9999/pingfederate/app", "--admin-url https://c.example.com:9999/pf-admin-api/v1"),
        ("https://lb.example.com/pf/pf-admin-api/v1", "--admin-url https://lb.example.com/pf/pf-admin-api/v1"),
    ]) func `an address that is not the API's is reported, with one that may be`(address: String, hint: String)
        async throws
    {
        let console = Console(address: address)
        let missing = try await version(.json(#"{"message":"gone"}"#, 404), of: console)
        #expect(missing.cause == .wrongAddress && missing.description.hasPrefix("the console is not at https://"))
        #expect(
            missing.hint(of: "console").hasSuffix("keyturn target set console \(hint)"),
            "\(missing.hint(of: "console"))")
        #expect(missing.hint.hasSuffix(hint) && !missing.hint.contains("target set"))
        let page = HTTPResponse(status: 200, headers: ["Content-Type": "text/html"], body: SecretBox("<html>"))
        let html = try await version(.success(page), of: console)
        #expect(
            html.description == "the answer is not the admin API's (HTTP 200): the answer is not JSON but text/html")
        #expect(html.hint.hasSuffix(hint))
        let elsewhere = HTTPResponse(
            status: 302, headers: ["Location": "https://sso.example.com/login?state=hidden"], body: SecretBox(""))
        let moved = try await version(.success(elsewhere), of: console)
        #expect(moved.description == "the console answers with a redirect (HTTP 302): to https://sso.example.com/login")
        #expect(moved.hint.hasSuffix(hint))
    }

    @Test func `a hint names the console's own host and port, and the target's pin or authorities`() async throws {
        let untrusted = Result<HTTPResponse, TransportFailure>.failure(
            TransportFailure(.tlsUntrusted, .notSent, detail: "it has expired"))
        let failure = try await version(untrusted, of: Console(address: "https://pf.example.com:19999"))
        #expect(failure.description == "the console's certificate is not trusted: it has expired")
        let hint = failure.hint(of: "console")
        #expect(hint.contains("-connect pf.example.com:19999 ") && hint.hasSuffix("--ca-file FILE or --pin SHA256"))
        let pinned = try await version(untrusted, of: Console(trust: .certificate { _ in true }))
        #expect(pinned.description == "the console's certificate is not trusted: it is not the pinned one")
        #expect(pinned.hint(of: "console").hasSuffix("keyturn target set console --pin SHA256"))
        let standard = try await version(untrusted, of: Console(address: "https://pf.example.com"))
        #expect(standard.hint.contains("-connect pf.example.com:443 "))
    }

    @Test func `a client certificate that is not accepted is reported, from an alert or from a status`() async throws {
        let alert = TransportFailure(.identityRefused, .ambiguous, detail: "TLS alert unknown_ca")
        let refused = try await version(.failure(alert), of: Console(login: Self.certificate))
        #expect(refused.description == "the console does not accept the client certificate: TLS alert unknown_ca")
        #expect(
            refused.disposition == .needsFix
                && refused.hint(of: "console").contains("target set console --client-cert FILE"))
        let unknown = try await version(.json(#"{"message":"who"}"#, 401), of: Console(login: Self.certificate))
        #expect(unknown.description == "the console does not accept the client certificate (HTTP 401): who")
        let unshown = try await version(
            .failure(TransportFailure(.tlsFailed, .notSent, detail: "TLS alert handshake_failure")))
        #expect(unshown.description.contains("handshake_failure") && unshown.hint.contains("--client-cert FILE"))
    }

    @Test func `a connection that breaks off may be a refusal of the client certificate, whose alert was overtaken`()
        async throws
    {
        let reset = TransportFailure(.cut, .ambiguous, detail: "connection reset by peer")
        let cut = try await version(.failure(reset), of: Console(login: Self.certificate))
        #expect(cut.description.hasPrefix("the console's answer did not arrive"))
        #expect(
            cut.hint(of: "console").hasSuffix("keyturn target set console --client-cert FILE --client-key FILE"),
            "\(cut.hint(of: "console"))")
        #expect(try await !version(.failure(reset)).hint.contains("certificate"), "there is none to be refused")
    }

    @Test func `a proxy that refuses is named, and what to add to no_proxy`() async throws {
        let refusal = TransportFailure(
            .proxyRefused, .notSent, detail: "it answered 407: it requires a login, or a different one")
        let failure = try await version(.failure(refusal))
        #expect(failure.description.hasPrefix("the proxy refuses the connection to the console: the proxy refuses"))
        #expect(
            failure.hint.contains("allow console.example.com:9999")
                && failure.hint.contains("console.example.com to no_proxy"))
    }

    @Test(arguments: [
        (409, ConsoleCause.conflict, ConsoleFailure.Disposition.later(), "conflicts with another change"),
        (413, .tooLarge, .needsFix, "larger than the console, or a gateway before it, accepts"),
        (415, .unsupportedMediaType, .needsFix, "does not accept JSON"),
    ]) func `409, 413 and 415 are told apart`(
        status: Int, cause: ConsoleCause, disposition: ConsoleFailure.Disposition, words: String
    ) async throws {
        let (failure, _) = try await put(status, "{}")
        #expect(failure.cause == cause && failure.disposition == disposition && failure.description.contains(words))
    }

    @Test func `of many validation errors eight are listed, with the number of the others, in UTF-8`() async throws {
        let errors = (1...12).map { #"{"message":"Feld \#($0) – ungültig\u202E\u001b[2J","fieldPath":"a.\#($0)"}"# }
        let (failure, _) = try await put(
            422, #"{"message":"Fehler","validationErrors":[\#(errors.joined(separator: ","))]}"#)
        let text = failure.description
        #expect(text.contains("a.8: Feld 8 – ungültig[2J; and 4 more") && !text.contains("a.9"), "\(text)")
    }

    @Test func `a save without a test of the credentials is requested by the header, and suggested where it may help`()
        async throws
    {
        let timeout = #"{"message":"Unable to validate: connect timed out"}"#
        let (failure, request) = try await put(422, timeout)
        #expect(!request.headers.contains { $0.name == "X-BypassExternalValidation" })
        #expect(
            failure.hint(of: "console").hasPrefix(
                "if the console cannot reach Zoom: keyturn target set console --bypass-external-validation; else fix"))
        let other = try await put(422, #"{"message":"The entity ID is missing."}"#).failure.hint(of: "console")
        #expect(
            other.hasPrefix("fix what PingFederate reports, then keyturn target push console")
                && other.hasSuffix("validation"))

        let (still, bypassing) = try await put(422, timeout, to: Console(bypasses: true))
        #expect(bypassing.headers.first { $0.name == "X-BypassExternalValidation" }?.value.text == "true")
        #expect(!still.hint(of: "console").contains("bypass"))
        #expect(bypassing.method == .put)
    }
}
