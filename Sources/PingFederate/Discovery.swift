import HTTPTransport

/// Which setting holds a value.
package enum FieldMatch: Equatable, Sendable {
    /// Nothing says so of any.
    case none
    case one(String)
    /// More than one may be meant, or one that is doubtful.
    case unclear([String])

    package var name: String? { if case .one(let name) = self { name } else { nil } }

    /// Those that may be meant while none is chosen.
    package var candidates: [String] { if case .unclear(let names) = self { names } else { [] } }
}

/// Which of a connector's settings hold an app's three values. The names are not public: they are found by what the
/// connector says of them, and pinned from then on.
package struct DiscoveredFields: Equatable, Sendable {
    /// `none` for a connector that has the account ID inside its token URL, or nowhere.
    package let accountID: FieldMatch
    package let clientID: FieldMatch
    package let clientSecret: FieldMatch

    package init(_ fields: [ConnectorField]) {
        let texts = fields.filter { !$0.isAddress && !Self.isAddress($0) }
        let secret = Self.find("clientsecret", in: texts.filter(\.isEncrypted))
        // An ID may be kept encrypted too, but is never where the secret is, or may be.
        let taken = secret.name.map { [$0] } ?? secret.candidates
        let others = texts.filter { !taken.contains($0.name) }
        let client = Self.find("clientid", in: others)
        clientSecret = secret
        clientID = client
        accountID = Self.find("accountid", in: others.filter { $0.name != client.name })
    }

    /// A label counts before a name, and either before a description, which may mention other fields. In each, what says
    /// just this counts before what says more.
    private static func find(_ words: String, in fields: [ConnectorField]) -> FieldMatch {
        for text in [\ConnectorField.label, \.name] {
            let said = fields.map { (name: $0.name, words: letters($0[keyPath: text])) }
            let exact = said.filter { $0.words == words }
            if !exact.isEmpty { return match(exact.map(\.name)) }
            let more = said.filter { $0.words.contains(words) }
            if more.count == 1, isAnother(more[0].words) { return .unclear([more[0].name]) }
            if !more.isEmpty { return match(more.map(\.name)) }
        }
        // A description of an encrypted field tells of secrets: no ID is found by it.
        let isSecret = words == "clientsecret"
        return match(
            fields.filter { $0.isEncrypted == isSecret && letters($0.description).contains(words) }.map(\.name))
    }

    private static func match(_ names: [String]) -> FieldMatch {
        names.count == 1 ? .one(names[0]) : names.isEmpty ? .none : .unclear(names)
    }

    /// Whether it is beside the one that is meant: "Sub Account ID", "Confirm Client Secret".
    private static func isAnother(_ letters: String) -> Bool {
        ["sub", "confirm", "repeat", "reenter", "old", "previous", "parent"].contains { letters.hasPrefix($0) }
    }

    /// A token URL may have an account ID in it, and its description say so: it is no place for the ID alone.
    private static func isAddress(_ field: ConnectorField) -> Bool {
        [field.label, field.name].contains { text in
            ["url", "uri", "endpoint"].contains { letters(text).hasSuffix($0) }
        }
    }

    /// Lower case, without what is neither letter nor digit: `Client-ID` as `clientid`.
    private static func letters(_ text: String) -> String {
        String(text.lowercased().filter { $0.isLetter || $0.isNumber })
    }
}

extension ConsoleSession {
    /// Finds the settings of a connection's connector; of one that the console does not describe, by the names that the
    /// connection itself has. Only what the connection has is found: a push sets nothing else.
    package func discover(_ connection: SPConnection) async throws(ConsoleFailure) -> DiscoveredFields {
        guard let connector = connection.connector else { throw SPConnection.notProvisioning }
        // What is not shown as it is, nobody can tell from another, or name.
        let rows = connection.rows.filter { $0.name.isReadable }
        let described = (try await descriptor(ofConnector: connector, rows)?.fields ?? []).compactMap { field in
            rows.first { $0.name == field.name }.map(field.merged)
        }
        return DiscoveredFields(described.isEmpty ? rows.map(\.undescribed) : described)
    }
}
