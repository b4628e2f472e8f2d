import Domain
import HTTPTransport
import PingFederate
import SecretMemory
import TestSupport
import Testing

/// The login with a token: what the token endpoint is sent, and whose fault a failure is.
@Suite struct TokenTests {
    private static let endpoint = "POST /as/token.oauth2"

    private func client(
        id: String = "client", secret: String = "PlantedOAuthSecret", scopes: [String] = [], isPosted: Bool = false
    ) throws -> ConsoleAccess.Login {
        .clientCredentials(
            .init(
                tokenURL: try EndpointURL("https://sso.example.com:9031/as/token.oauth2"), clientID: id,
                secret: SecretBox(secret), scopes: scopes, isPosted: isPosted))
    }

    private static let granting: ScriptedConsole.Script = { call, _ in
        call == endpoint
            ? .json(#"{"access_token":"PlantedToken","token_type":"bearer"}"#) : .json(#"{"version":"12.2"}"#)
    }

    /// What the token endpoint got: its Authorization, and the form.
    private func sent(_ login: ConsoleAccess.Login) async throws -> (header: String?, form: String?) {
        let console = ScriptedConsole(Self.granting)
        _ = try await ConsoleSession(.planted(login), over: console).version()
        let request = try #require(console.requests.first)
        #expect(console.requests.last?.headers.contains { $0.value.text == "Bearer PlantedToken" } == true)
        return (request.headers.first { $0.name == "Authorization" }?.value.text, request.body?.text)
    }

    @Test(arguments: [
        // The section's own example.
        ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw", "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"),
        // "a%3Ab:50%25+%2B+1", "k%C3%A9y:%E2%82%AC"
        ("a:b", "50% + 1", "Basic YSUzQWI6NTAlMjUrJTJCKzE="), ("kéy", "€", "Basic ayVDMyVBOXk6JUUyJTgyJUFD"),
    ]) func `ID and secret are encoded as in a form before they go into the header (RFC 6749, section 2.3.1)`(
        id: String, secret: String, header: String
    ) async throws {
        let (sentHeader, form) = try await sent(client(id: id, secret: secret))
        #expect(sentHeader == header && form == "grant_type=client_credentials")
    }

    @Test func `a client that posts its secret sends no header, and either way requests the scope`() async throws {
        let posted = try await sent(client(id: "a:b", secret: "50% + é&", scopes: ["admin api", "x"], isPosted: true))
        #expect(posted.header == nil)
        #expect(
            posted.form
                == "grant_type=client_credentials&scope=admin+api+x&client_id=a%3Ab&client_secret=50%25+%2B+%C3%A9%26")
        let basic = try await sent(client(scopes: ["urn:pf:admin"]))
        #expect(basic.header != nil && basic.form == "grant_type=client_credentials&scope=urn%3Apf%3Aadmin")
    }

    private func failing(_ script: @escaping ScriptedConsole.Script) async throws -> ConsoleFailure {
        let access = try ConsoleAccess.planted(client(secret: "Planted +%Secret0123"))
        return try #require(
            await failure { () async throws(ConsoleFailure) in
                let session = try await ConsoleSession(access, over: ScriptedConsole(script))
                return try await session.version()
            })
    }

    @Test(arguments: [
        (
            400, #"{"error":"invalid_scope","error_description":"No scope – at all."}"#, "invalid_scope",
            "the token endpoint does not accept the scope (HTTP 400): invalid_scope: No scope – at all.",
            "keyturn target set console --scope SCOPE"
        ),
        (
            401, #"{"error":"invalid_client"}"#, "invalid_client",
            "the token endpoint does not accept the OAuth client (HTTP 401): invalid_client: invalid_client",
            "--token-auth-method"
        ),
        (
            401, "{}", "invalid_client", "the token endpoint does not accept the OAuth client (HTTP 401)",
            "sso.example.com:9031"
        ),
        (
            400, #"{"error":"unauthorized_client","error_description":"no grant"}"#, "token_refused",
            "the token endpoint refuses to issue a token (HTTP 400): unauthorized_client: no grant",
            "client credentials grant at sso.example.com:9031"
        ),
        (
            404, "", "wrong_address",
            "the token endpoint is not at https://sso.example.com:9031/as/token.oauth2 (HTTP 404)",
            "keyturn target set console --token-url"
        ),
        (503, "", "server_error", "the token endpoint had an internal error (HTTP 503)", "sso.example.com:9031"),
        (429, "{}", "server_error", "the token endpoint had an internal error (HTTP 429)", "sso.example.com:9031"),
        (
            200, #"{"token_type":"Bearer"}"#, "unexpected_answer",
            "the answer is not a token endpoint's (HTTP 200): it has no access_token", "--token-url"
        ),
        (
            200, #"{"access_token":"PlantedToken","token_type":"DPoP"}"#, "unexpected_answer",
            "the answer is not a token endpoint's (HTTP 200): its token type is DPoP, not Bearer",
            "--token-url"
        ),
    ]) func `a failure of the token endpoint is reported as its own, with its words and a remedy`(
        status: Int, body: String, cause: String, words: String, hint: String
    ) async throws {
        let failure = try await failing { call, _ in call == Self.endpoint ? .json(body, status) : .json("{}") }
        #expect(failure.cause.rawValue == cause && failure.description == words)
        #expect(failure.hint(of: "console").contains(hint), "\(failure.hint(of: "console"))")
        #expect(!failure.hint.contains("keyturn target set"), "there is no target yet")
    }

    @Test(arguments: [
        "Planted +%Secret0123", "Planted+%2B%25Secret0123", "client_secret=Planted+%2B%25Sec",
        // Of what the header had, in base64.
        "Y2xpZW50OlBsYW50ZWQrJTJCJTI1U2VjcmV0MDEyMw==",
    ]) func `the secret is withheld in each form in which it was sent`(text: String) async throws {
        let failure = try await failing { call, _ in
            call == Self.endpoint
                ? .json(#"{"error":"invalid_client","error_description":"\#(text)"}"#, 401) : .json("{}")
        }
        #expect(failure.description.contains("withheld") && !failure.description.contains("Planted"), "\(failure)")
        #expect(!failure.description.contains("UGxhbnRlZ") && !failure.description.contains("Y2xpZW50"))
    }

    @Test func `an unreachable token endpoint is reported as such, and not as the console`() async throws {
        for (kind, words) in [
            (.unreachable, "the token endpoint cannot be reached"),
            (.tlsUntrusted, "the token endpoint's certificate is not trusted"),
            (.timedOut, "the token endpoint's answer did not arrive"),
            (.proxyRefused, "the proxy refuses the connection to the token endpoint"),
        ] as [(TransportFailure.Kind, String)] {
            let failure = try await failing { call, _ in
                .failure(TransportFailure(kind, kind == .timedOut ? .ambiguous : .notSent))
            }
            #expect(failure.description.hasPrefix(words), "\(failure)")
            #expect(failure.hint(of: "console").contains("sso.example.com"), "\(failure.hint)")
        }
    }

    @Test func `a token that the console does not accept is no wrong password`() async throws {
        let failure = try await failing { call, count in
            call == Self.endpoint ? Self.granting(call, count) : .json(#"{"message":"no"}"#, 401)
        }
        #expect(failure.cause == .tokenRejected)
        #expect(failure.description == "the console does not accept the access token (HTTP 401): no")
        #expect(failure.hint(of: "console").hasSuffix("keyturn target set console --scope SCOPE"))
    }
}
