import HTTPTransport
import PingFederate
import SecretMemory
import TestSupport
import Testing

@Suite struct DiscoveryTests {
    @Test("the three settings are found by what the connector says of them") func byLabel() {
        let found = DiscoveredFields([
            ConnectorField(name: "f1", label: "Account ID"), ConnectorField(name: "f2", label: "Client-ID"),
            ConnectorField(name: "f3", label: "Client Secret", isEncrypted: true),
            ConnectorField(name: "f4", description: "Beside the client secret", isEncrypted: true),
        ])
        #expect(found.accountID == "f1" && found.clientID == "f2" && found.clientSecret == "f3")
    }

    @Test("what is not encrypted is not the secret, and of two that fit neither is taken") func doubt() {
        let plain = DiscoveredFields([ConnectorField(name: "client secret")])
        #expect(plain.clientSecret == nil)
        let two = DiscoveredFields([
            ConnectorField(name: "a", label: "Client Secret", isEncrypted: true),
            ConnectorField(name: "b", label: "Old client secret", isEncrypted: true),
        ])
        #expect(two.clientSecret == nil)
        let described = DiscoveredFields([
            ConnectorField(name: "x", label: "Key", description: "The client secret of the app", isEncrypted: true)
        ])
        #expect(described.clientSecret == "x")
    }

    @Test("the descriptor is asked for by the connector's ID, and the connection itself where there is none")
    func console() async throws {
        let fields = """
            {"configDescriptor":{"fields":[{"name":"A","label":"Account ID","type":"TEXT"},
            {"name":"S","label":"Client Secret","type":"TEXT","encrypted":true},{"name":"Client ID","type":"SELECT"}]}}
            """
        let console = ScriptedConsole { call, _ in
            call == "GET /idp/connectors/descriptors/Zoom%2F1" ? .json(fields) : .json("{}", 404)
        }
        let session = try await ConsoleSession(.planted(), over: console)
        let known = try SPConnection(parsing: SecretBytes(copying: connection()))
        let found = try await session.discover(known)
        #expect(found.accountID == "A" && found.clientSecret == "S" && found.clientID == nil)

        let other = """
            {"outboundProvision":{"type":"other","targetSettings":[{"name":"clientSecret","encryptedValue":"e"},
            {"name":"clientId","value":"c"},{"name":"Account_ID","value":"a"}]}}
            """
        let unknown = try SPConnection(parsing: SecretBytes(copying: other))
        let guessed = try await session.discover(unknown)
        #expect(
            guessed.accountID == "Account_ID" && guessed.clientID == "clientId"
                && guessed.clientSecret == "clientSecret")
    }

    @Test("of all connections those that provision outbound are listed") func list() async throws {
        let items = #"[{"id":"1","name":"n","active":true,"outboundProvision":{"type":"Zoom"}},{"id":"2"},7]"#
        let console = ScriptedConsole { _, _ in .json(#"{"items":\#(items)}"#) }
        let session = try await ConsoleSession(.planted(), over: console)
        let found = try await session.connections()
        #expect(found.map(\.id) == ["1"] && found[0].connector == "Zoom" && found[0].isActive)
    }

    @Test(
        "the API's address is made of the console's",
        arguments: [
            ("https://c.example.com:9999", "https://c.example.com:9999/pf-admin-api/v1"),
            ("https://c.example.com:9999/", "https://c.example.com:9999/pf-admin-api/v1"),
            ("https://c.example.com/pf/pf-admin-api/v1/", "https://c.example.com/pf/pf-admin-api/v1"),
        ]) func addresses(given: String, api: String) throws
    {
        #expect(try ConsoleAccess.api(of: EndpointURL(given)).description == api)
    }
}
