import Domain
import HTTPTransport
import PingFederate
import SecretMemory
import TestSupport
import Testing

/// What a console, or a token endpoint, can do with its answers to whoever reads them.
@Suite struct HostileConsoleTests {
    private static func planted(_ login: ConsoleAccess.Login) throws -> ConsoleAccess { try .planted(login) }

    @Test func `a long answer is not searched for a long key for minutes`() async throws {
        let key = (0..<8_000).map { "\($0)," }.joined()
        let login = ConsoleAccess.Login.certificate(
            .init(certificates: "PEM", key: SecretBox(String(key.prefix(32_000)))))
        let words = String(repeating: "a 17,18 b ", count: 24_000)
        let console = ScriptedConsole { _, _ in .json(#"{"message":"\#(words)"}"#, 422) }
        let access = try Self.planted(login)
        let begin = ContinuousClock.now
        let failed = await failure { () async throws(ConsoleFailure) in
            try await ConsoleSession(access, over: console).version()
        }
        #expect(ContinuousClock.now - begin < .seconds(10))
        #expect(failed?.detail?.hasPrefix("a 17,18 b a") == true)
        // What repeats eight bytes of it is withheld wherever it stands, however it is hidden.
        for text in ["a b 17,18,19,2 \(words)", "x 17,\u{202E}18,19,20 x", "17,18,19"] {
            let telling = ScriptedConsole { _, _ in .json(#"{"message":"\#(text)"}"#, 422) }
            let told = await failure { () async throws(ConsoleFailure) in
                try await ConsoleSession(access, over: telling).version()
            }
            #expect(told?.detail?.contains("withheld") == true, "\(text.suffix(20))")
        }
    }

    @Test(arguments: ["a\\r\\nX-Other: 1", "a\\u0000", "a b\\n"])
    func `a token that no header can hold is the token endpoint's fault`(token: String) async throws {
        let console = ScriptedConsole { call, _ in
            .json(call.hasPrefix("POST /as") ? #"{"access_token":"\#(token)"}"# : #"{"version":"12.2"}"#)
        }
        let client = ConsoleAccess.OAuthClient(
            tokenURL: try EndpointURL("https://sso.example.com/as/token.oauth2"), clientID: "c",
            secret: SecretBox("PlantedOAuthSecret"))
        let access = try Self.planted(.clientCredentials(client))
        let failed = await failure { () async throws(ConsoleFailure) in
            try await ConsoleSession(access, over: console).version()
        }
        #expect(
            failed?.cause == .unexpectedAnswer && failed?.party?.role == .tokenEndpoint, "\(String(describing: failed))"
        )
        #expect(console.requests.count == 1, "the console was sent it")
    }

    @Test func `of thousands of nodes the message names a few`() {
        for (state, expected) in [("FAILED", "replication failed on "), ("APPLYING", "10.0.0.0 is APPLYING")] {
            let status = ClusterStatus(
                nodes: (0..<10_000).map { .init(name: "10.0.0.\($0)", state: state) }, isReplicationRequired: false)
            for progress in [
                status.progress(ofAll: .init(savedAt: nil, age: 1, isAsked: true)),
                status.progress(ofSaved: .init(savedAt: nil, age: 1, isAsked: false), "NOT_REPLICATED"),
            ] {
                switch progress {
                case .failed(let words), .underWay(let words):
                    #expect(
                        words.utf8.count < 500 && words.contains(expected) && words.hasSuffix("and 9992 more"),
                        "\(words.prefix(600))")
                case .done, .toAsk: Issue.record("\(progress)")
                }
            }
        }
    }

    @Test(arguments: ["Secret\\u001b[2K", "Secret\\u202e", "Secret\\u009b2K"])
    func `a setting whose name cannot be read is none of the app's`(name: String) async throws {
        let settings = #"[{"name":"Client ID","value":""},{"name":"\#(name)","encryptedValue":"e"}]"#
        let described =
            #"{"configDescriptor":{"fields":[{"name":"\#(name)","label":"Client Secret","encrypted":true}]}}"#
        let script = ScriptedConsole { call, _ in
            .json(
                call.contains("descriptors")
                    ? described : #"{"outboundProvision":{"type":"Zoom","targetSettings":\#(settings)}}"#)
        }
        let session = try await ConsoleSession(.planted(), over: script)
        let found = try await session.discover(try await session.connection("c"))
        #expect(found.clientSecret.name == nil)
    }

    @Test func `reading a list that never ends fails`() async throws {
        let script = ScriptedConsole { call, _ in
            let items = (0..<250).map { "{\"id\":\"\(call) \($0)\"}" }
            return .json("{\"items\":[\(items.joined(separator: ","))]}")
        }
        let session = try await ConsoleSession(.planted(), over: script)
        let failed = await failure { () async throws(ConsoleFailure) in try await session.connections() }
        #expect(failed?.cause == .mismatch && failed?.description.contains("pages") == true)
        let impatient = await failure { () async throws(ConsoleFailure) in
            try await session.connections(within: Duration.milliseconds(1))
        }
        #expect(impatient?.description.contains("was not complete after 0 s") == true)
        #expect(impatient?.hint.contains("--connection ID") == true)
    }
}
