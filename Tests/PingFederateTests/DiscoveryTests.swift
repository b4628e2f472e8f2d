import Domain
import HTTPTransport
import SecretMemory
import TestSupport
import Testing

@testable import PingFederate

/// Which settings hold an app's values: by what a connector says of them. Pure.
@Suite struct DiscoveredFieldsTests {
    private static func field(_ label: String, _ name: String = "", secret: Bool = false) -> ConnectorField {
        ConnectorField(name: name.isEmpty ? "f:\(label)" : name, label: label, isEncrypted: secret)
    }

    private static let right = [
        field("Account ID", "A"), field("Client ID", "C"), field("Client Secret", "S", secret: true),
    ]

    struct Row: Sendable {
        var words: String
        var fields: [ConnectorField]
        var account: FieldMatch = .one("A")
        var client: FieldMatch = .one("C")
        var secret: FieldMatch = .one("S")
    }

    private static let rows: [Row] = [
        Row(words: "labels", fields: right),
        Row(words: "whatever their order", fields: right.reversed()),
        Row(
            words: "in any spelling",
            fields: [
                field("ACCOUNT-ID:", "A"), field("client_id", "C"), field("Client secret *", "S", secret: true),
            ]),
        Row(
            words: "the exact one beside those that contain it",
            fields: [
                field("Confirm Client Secret", secret: true), field("Sub Account ID"), field("Zoom Client ID"),
                field("Client ID 2"),
            ] + right),
        Row(
            words: "one that only contains it",
            fields: [
                field("Zoom Account ID", "A"), field("Zoom Client ID", "C"),
                field("Zoom Client Secret", "S", secret: true),
            ]),
        Row(
            words: "a name, where no label says it",
            fields: [
                ConnectorField(name: "accountId", label: "Number"), ConnectorField(name: "clientId", label: "App"),
                ConnectorField(name: "clientSecret", label: "Key", isEncrypted: true),
            ], account: .one("accountId"), client: .one("clientId"), secret: .one("clientSecret")),
        Row(
            words: "a description, where nothing else says it",
            fields: [
                ConnectorField(name: "x", label: "Key", description: "The client secret of the app", isEncrypted: true),
                field("Account ID", "A"), field("Client ID", "C"),
            ], secret: .one("x")),
        Row(
            words: "a tie is no answer",
            fields: [
                field("Client Secret", "S1", secret: true), field("Client secret", "S2", secret: true),
                field("Account ID", "A"),
                field("Client ID", "C"),
            ], secret: .unclear(["S1", "S2"])),
        Row(
            words: "nor is one among those that only contain it",
            fields: [
                field("New Client ID", "C1"), field("Zoom Client ID", "C2"), right[0], right[2],
            ], client: .unclear(["C1", "C2"])),
        Row(
            words: "a sub account alone is not the account",
            fields: [field("Sub Account ID", "U"), right[1], right[2]],
            account: .unclear(["U"])),
        Row(
            words: "what is not encrypted is not the secret",
            fields: [field("Client Secret", "P"), right[0], right[1]],
            secret: .none),
        Row(
            words: "an ID that the connector keeps encrypted",
            fields: [
                field("Account ID", "A", secret: true), field("Client ID", "C", secret: true), right[2],
            ]),
        Row(
            words: "an ID is not where the secret may be",
            fields: [
                field("Client ID secret", "x", secret: true),
                field("Client Secret of the Client ID", "y", secret: true),
                right[0], right[1],
            ], secret: .one("y")),
        Row(words: "no setting for the account ID", fields: [right[1], right[2], field("Rate")], account: .none),
        Row(
            words: "an account ID inside the token URL",
            fields: [
                ConnectorField(name: "u", label: "Token URL", description: "With your account ID in it"),
                ConnectorField(name: "v", label: "Server", description: "Has the account ID", isAddress: true),
                right[1],
                right[2],
            ], account: .none),
        Row(words: "nothing at all", fields: [], account: .none, client: .none, secret: .none),
    ]

    @Test(arguments: rows) func `each value is found, or said to be unclear`(row: Row) {
        let found = DiscoveredFields(row.fields)
        #expect(found.accountID == row.account, "\(row.words)")
        #expect(found.clientID == row.client, "\(row.words)")
        #expect(found.clientSecret == row.secret, "\(row.words)")
    }
}

/// Where the console says it.
@Suite struct DiscoveryTests {
    private static let rows = """
        [{"name":"Heading"},{"name":"A","value":"a"},{"name":"C","value":"c"},{"name":"S","encryptedValue":"e"},
        {"name":"U","value":"https://zoom.us/oauth/token?account_id=a"}]
        """
    private static let fields = """
        [{"name":"A","label":"Account ID","type":"TEXT"},{"name":"C","label":"Client ID","type":"TEXT_AREA"},
        {"name":"S","label":"Client Secret","type":"TEXT_AREA"},{"name":"U","label":"Base","type":"SELECT"},
        {"name":"Z","label":"Client Secret","type":"TEXT","encrypted":true}]
        """

    private static func discover(
        _ connection: String, _ script: @escaping @Sendable (String) -> Result<HTTPResponse, TransportFailure>
    ) async throws -> (DiscoveredFields, [String]) {
        let console = ScriptedConsole { call, _ in script(call) }
        let session = try await ConsoleSession(.planted(), over: console)
        let text = #"{"outboundProvision":{"type":"Zoom/1","targetSettings":\#(connection)}}"#
        return (try await session.discover(SPConnection(parsing: SecretBytes(copying: text))), console.calls)
    }

    @Test func `the descriptor of the connector's type is used, and only fields that the connection has count`()
        async throws
    {
        let (found, calls) = try await Self.discover(Self.rows) { _ in
            .json(#"{"configDescriptor":{"fields":\#(Self.fields)}}"#)
        }
        #expect(calls == ["GET /idp/connectors/descriptors/Zoom%2F1"])
        #expect(found.accountID == .one("A") && found.clientID == .one("C") && found.clientSecret == .one("S"))
    }

    @Test(arguments: [
        #"{"id":"ZOOM/1","configDescriptor":{"fields":FIELDS}},{"id":"other","configDescriptor":{"fields":FIELDS}}"#,
        #"{"id":"zoom","configDescriptor":{"fields":FIELDS}},{"id":"x","configDescriptor":{"fields":[{"name":"A"}]}}"#,
    ]) func `a connector whose descriptor has another name than the type is found in the list of them`(items: String)
        async throws
    {
        let (found, calls) = try await Self.discover(Self.rows) { call in
            guard call == "GET /idp/connectors/descriptors" else { return .json("{}", 404) }
            return .json(#"{"items":[\#(items.replacing("FIELDS", with: Self.fields))]}"#)
        }
        #expect(calls.count == 2)
        #expect(found.accountID == .one("A") && found.clientID == .one("C") && found.clientSecret == .one("S"))
    }

    @Test(arguments: [
        (403, ""), (404, ""), (200, #"{"configDescriptor":{"fields":[{"name":"Other","type":"TEXT"}]}}"#),
        (200, #"{"configDescriptor":{"fields":[]}}"#),
    ]) func `where the descriptors are forbidden, not there, or of no help, the connection's own names serve`(
        status: Int, body: String
    ) async throws {
        let own = """
            [{"name":"Zoom"},{"name":"clientSecret","encryptedValue":"e"},{"name":"clientId","encryptedValue":"c"},
            {"name":"Account_ID","value":"a"},{"name":"Client ID URL","value":"https://x"}]
            """
        let (found, _) = try await Self.discover(own) { _ in .json(body, status) }
        #expect(found.accountID == .one("Account_ID") && found.clientID == .one("clientId"))
        #expect(found.clientSecret == .one("clientSecret"))
        let (blank, _) = try await Self.discover(#"[{"name":"Client Secret"},{"name":"Client ID","value":""}]"#) { _ in
            .json(body, status)
        }
        #expect(blank.clientSecret == .one("Client Secret"), "a secret that was never entered has no encrypted value")
        #expect(blank.accountID == .none)
    }

    @Test func `a console that fails is not taken for one that describes nothing`() async throws {
        await #expect(throws: ConsoleFailure.self) { _ = try await Self.discover(Self.rows) { _ in .json("{}", 503) } }
    }

    // MARK: Lists

    private static func item(_ number: Int, provisions: Bool = true) -> String {
        let outbound = provisions ? #","outboundProvision":{"type":"Zoom"}"# : ""
        return #"{"id":"c\#(number)","name":"n","active":true\#(outbound)}"#
    }

    /// - Parameter page: the numbers of the connections on a page, by what is asked for.
    private static func list(
        _ filter: String? = nil, _ page: @escaping @Sendable (Int, Int) -> [Int]
    ) async throws -> ([String], [String]) {
        let console = ScriptedConsole { call, _ in
            let query = Dictionary(
                uniqueKeysWithValues: call.split(separator: "?").last.map(String.init)?.split(separator: "&").map {
                    let pair = $0.split(separator: "=", maxSplits: 1)
                    return (String(pair[0]), pair.count > 1 ? String(pair[1]) : "")
                } ?? [])
            let numbers = page(Int(query["page"] ?? "") ?? 0, Int(query["numberPerPage"] ?? "") ?? 0)
            return .json(#"{"items":[\#(numbers.map { item($0, provisions: $0 % 2 == 0) }.joined(separator: ","))]}"#)
        }
        let found = try await ConsoleSession(.planted(), over: console).connections(matching: filter)
        return (found.map(\.id), console.calls)
    }

    @Test(arguments: [0, 1, 249, 250, 901])
    func `a large console is asked page after page, and each connection listed once`(total: Int) async throws {
        let (found, calls) = try await Self.list { page, size in
            Array(((page - 1) * size..<page * size).clamped(to: 0..<total))
        }
        #expect(found == (0..<total).filter { $0 % 2 == 0 }.map { "c\($0)" })
        #expect(calls.count <= total / 250 + 2 && calls[0].contains("page=1&numberPerPage=250"))
    }

    @Test(arguments: [
        "all at once", "few at once", "a hundred at most", "overlapping",
    ])
    func `a console that knows no pages, gives smaller ones, or repeats one is understood`(console: String) async throws
    {
        let total = console == "few at once" ? 9 : 901
        let (found, calls) = try await Self.list { page, size in
            switch console {
            case "a hundred at most": Array(((page - 1) * 100..<page * 100).clamped(to: 0..<total))
            case "overlapping": Array((max((page - 1) * size - 9, 0)..<page * size).clamped(to: 0..<total).prefix(250))
            default: Array(0..<total)
            }
        }
        if console != "overlapping" { #expect(found == (0..<total).filter { $0 % 2 == 0 }.map { "c\($0)" }) }
        #expect(Set(found).count == found.count && calls.count <= 11, "\(calls.count)")
    }

    @Test func `a list without an end is not read forever`() async throws {
        await #expect(throws: ConsoleFailure.self) {
            _ = try await Self.list { page, size in Array((page * size)..<(page + 1) * size) }
        }
    }

    @Test func `a filter is sent as it is meant`() async throws {
        let (_, calls) = try await Self.list("Zoom & Ü") { _, _ in [] }
        #expect(calls == ["GET /idp/spConnections?page=1&numberPerPage=250&filter=Zoom%20%26%20%C3%9C"])
    }

    @Test func `only connections that provision outbound are listed`() async throws {
        let items = #"[{"id":"1","name":"n","active":true,"outboundProvision":{"type":"Zoom"}},{"id":"2"},7]"#
        let console = ScriptedConsole { _, _ in .json(#"{"items":\#(items)}"#) }
        let session = try await ConsoleSession(.planted(), over: console)
        let found = try await session.connections()
        #expect(found.map(\.id) == ["1"] && found[0].connector == "Zoom" && found[0].isActive)
        #expect(console.requests.allSatisfy { $0.limits.total >= .seconds(60) && $0.limits.body >= 32 << 20 })
    }

    @Test(arguments: [
        ("https://c.example.com:9999", "https://c.example.com:9999/pf-admin-api/v1"),
        ("https://c.example.com:9999/", "https://c.example.com:9999/pf-admin-api/v1"),
        ("https://c.example.com/pf/pf-admin-api/v1/", "https://c.example.com/pf/pf-admin-api/v1"),
    ]) func `the API's address is made of the console's`(given: String, api: String) throws {
        #expect(try ConsoleAccess.api(of: EndpointURL(given)).description == api)
    }
}
