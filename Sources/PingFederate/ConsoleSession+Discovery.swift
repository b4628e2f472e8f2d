import Domain
import HTTPTransport

/// The setting that holds a value, as far as it can be told.
package enum FieldMatch: Equatable, Sendable {
    /// No setting matches.
    case none
    case one(String)
    /// Several settings match, or only a doubtful one does.
    case unclear([String])

    package var name: String? { if case .one(let name) = self { name } else { nil } }

    /// The settings to choose from while the match is unclear.
    package var candidates: [String] { if case .unclear(let names) = self { names } else { [] } }
}

/// The settings of a connector that hold an app's three values. Their names are not public: they are found by the
/// connector's descriptions, and pinned from then on.
package struct DiscoveredFields: Equatable, Sendable {
    /// `none` for a connector that has the account ID in its token URL, or nowhere.
    package let accountID: FieldMatch
    package let clientID: FieldMatch
    package let clientSecret: FieldMatch

    package init(_ fields: [ConnectorField]) {
        let texts = fields.filter { !$0.isAddress && !Self.isAddress($0) }
        let secret = Self.find("clientsecret", in: texts.filter(\.isEncrypted))
        // An ID may be encrypted too, but is never in the setting that holds, or may hold, the secret.
        let taken = secret.name.map { [$0] } ?? secret.candidates
        let others = texts.filter { !taken.contains($0.name) }
        let client = Self.find("clientid", in: others)
        clientSecret = secret
        clientID = client
        accountID = Self.find("accountid", in: others.filter { $0.name != client.name })
    }

    /// A label counts before a name, and either before a description, which may mention other fields. In each, an exact
    /// match counts before a longer text that contains the words.
    private static func find(_ words: String, in fields: [ConnectorField]) -> FieldMatch {
        for text in [\ConnectorField.label, \.name] {
            let said = fields.map { (name: $0.name, words: letters($0[keyPath: text])) }
            let exact = said.filter { $0.words == words }
            if !exact.isEmpty { return match(exact.map(\.name)) }
            let more = said.filter { $0.words.contains(words) }
            if more.count == 1, isAnother(more[0].words) { return .unclear([more[0].name]) }
            if !more.isEmpty { return match(more.map(\.name)) }
        }
        // The description of an encrypted field is about a secret, so it cannot identify the field of an ID.
        let isSecret = words == "clientsecret"
        return match(
            fields.filter { $0.isEncrypted == isSecret && letters($0.description).contains(words) }.map(\.name))
    }

    private static func match(_ names: [String]) -> FieldMatch {
        names.count == 1 ? .one(names[0]) : names.isEmpty ? .none : .unclear(names)
    }

    /// Whether the field is a companion of the one wanted: "Sub Account ID", "Confirm Client Secret".
    private static func isAnother(_ letters: String) -> Bool {
        ["sub", "confirm", "repeat", "reenter", "old", "previous", "parent"].contains { letters.hasPrefix($0) }
    }

    /// Whether the field is for an address. A token URL may contain an account ID and say so, but cannot hold the ID
    /// alone.
    private static func isAddress(_ field: ConnectorField) -> Bool {
        [field.label, field.name].contains { text in
            ["url", "uri", "endpoint"].contains { letters(text).hasSuffix($0) }
        }
    }

    /// In lower case, with letters and digits only: `Client-ID` becomes `clientid`.
    private static func letters(_ text: String) -> String {
        String(text.lowercased().filter { $0.isLetter || $0.isNumber })
    }
}

extension ConsoleSession {
    /// Finds the settings of a connection's connector. Without a description from the console, the names in the
    /// connection itself decide. Finds only settings that the connection has: a push sets no others.
    package func discover(_ connection: SPConnection) async throws(ConsoleFailure) -> DiscoveredFields {
        guard let connector = connection.connector else { throw SPConnection.notProvisioning }
        // A name that cannot be shown as it is could not be told from another, nor typed.
        let rows = connection.rows.filter { $0.name.isReadable }
        let described = (try await descriptor(ofConnector: connector, rows)?.fields ?? []).compactMap { field in
            rows.first { $0.name == field.name }.map(field.merged)
        }
        return DiscoveredFields(described.isEmpty ? rows.map(\.undescribed) : described)
    }
}
