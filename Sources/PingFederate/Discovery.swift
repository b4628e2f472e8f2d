import HTTPTransport
import SecretJSON

/// A setting as a connector describes it: `configDescriptor.fields[]`. [doc]
package struct ConnectorField: Equatable, Sendable {
    package let name: String
    package let label: String
    package let description: String
    package let isEncrypted: Bool

    package init(name: String, label: String = "", description: String = "", isEncrypted: Bool = false) {
        self.name = name
        self.label = label
        self.description = description
        self.isEncrypted = isEncrypted
    }

    /// The text fields, in their order.
    static func all(in json: borrowing JSONDocument) -> [ConnectorField] {
        let list = json.member("configDescriptor", of: json.root).flatMap { json.member("fields", of: $0) }
        guard let list else { return [] }
        var fields: [ConnectorField] = []
        for node in json.elements(of: list) {
            guard let name = json.words("name", of: node), (json.words("type", of: node) ?? "TEXT") == "TEXT" else {
                continue
            }
            fields.append(
                ConnectorField(
                    name: name, label: json.words("label", of: node) ?? "",
                    description: json.words("description", of: node) ?? "",
                    isEncrypted: json.member("encrypted", of: node).flatMap { try? json.bool($0) } ?? false))
        }
        return fields
    }
}

/// Which of a connector's settings hold an app's three values. The names are not public: they are found by what the
/// connector says of them, and pinned from then on.
package struct DiscoveredFields: Equatable, Sendable {
    /// `nil` where none, or more than one, fits.
    package let accountID: String?
    package let clientID: String?
    package let clientSecret: String?

    package init(_ fields: [ConnectorField]) {
        accountID = Self.find("accountid", in: fields.filter { !$0.isEncrypted })
        clientID = Self.find("clientid", in: fields.filter { !$0.isEncrypted })
        clientSecret = Self.find("clientsecret", in: fields.filter(\.isEncrypted))
    }

    /// What a label says counts before a name, and a name before a description, which may mention other fields.
    private static func find(_ words: String, in fields: [ConnectorField]) -> String? {
        for text in [\ConnectorField.label, \.name, \.description] {
            let found = fields.filter { letters($0[keyPath: text]).contains(words) }
            if found.count == 1 { return found[0].name }
            if found.count > 1 { return nil }
        }
        return nil
    }

    /// Lower case, without what is no letter: `Client-ID` as `clientid`.
    private static func letters(_ text: String) -> String { String(text.lowercased().filter(\.isLetter)) }
}

extension ConsoleSession {
    /// Finds the settings of a connection's connector; of one that the console does not describe, by the names that the
    /// connection itself has.
    package func discover(_ connection: SPConnection) async throws(ConsoleFailure) -> DiscoveredFields {
        guard let connector = connection.connector else {
            throw ConsoleFailure(.mend, .mismatch, detail: "the connection does not provision outbound")
        }
        if let fields = try await fields(ofConnector: connector), !fields.isEmpty { return DiscoveredFields(fields) }
        let encrypted = Set(connection.encryptedNames)
        return DiscoveredFields(
            connection.settingNames.map { ConnectorField(name: $0, isEncrypted: encrypted.contains($0)) })
    }
}
