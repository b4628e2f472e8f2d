import HTTPTransport
package import SecretJSON

/// A setting as a connector describes it (`configDescriptor.fields[]`) or as a connection contains it. [doc]
package struct ConnectorField: Equatable, Sendable {
    package let name: String
    package let label: String
    package let description: String
    /// Whether the console encrypts the value.
    package let isEncrypted: Bool
    /// Whether the connection has an address as its value, so that it cannot be for anything else.
    package let isAddress: Bool
    /// Whether the connection has no value for it: a heading, or a setting that was never entered.
    package let isBlank: Bool

    package init(
        name: String, label: String = "", description: String = "", isEncrypted: Bool = false, isAddress: Bool = false,
        isBlank: Bool = false
    ) {
        self.name = name
        self.label = label
        self.description = description
        self.isEncrypted = isEncrypted
        self.isAddress = isAddress
        self.isBlank = isBlank
    }

    /// The types whose value is plain text. `HASHED_TEXT` is not one of them: a hashed value cannot be sent to Zoom.
    /// [doc]
    private static let types: Set<String> = ["TEXT", "TEXT_AREA"]

    /// Reads a text field of a descriptor; `nil` for a field of another type.
    init?(_ node: JSONNode, in json: borrowing JSONDocument) {
        guard let name = json.words("name", of: node), Self.types.contains(json.words("type", of: node) ?? "TEXT")
        else { return nil }
        self.init(
            name: name, label: json.words("label", of: node) ?? "",
            description: json.words("description", of: node) ?? "",
            isEncrypted: json.member("encrypted", of: node).flatMap { try? json.bool($0) } ?? false)
    }

    /// The field, completed with what the connection shows: a text area has no flag for encryption, and counts as
    /// encrypted where the console shows it encrypted.
    func merged(with row: ConnectorField) -> ConnectorField {
        ConnectorField(
            name: name, label: label, description: description, isEncrypted: isEncrypted || row.isEncrypted,
            isAddress: isAddress || row.isAddress, isBlank: row.isBlank)
    }

    /// The field where only the connection is known. A setting without a value may be the one for the secret.
    var undescribed: ConnectorField {
        ConnectorField(name: name, isEncrypted: isEncrypted || isBlank, isAddress: isAddress, isBlank: isBlank)
    }
}

/// The description of a connector.
package struct ConnectorDescriptor: Equatable, Sendable {
    package let id: String
    /// The names of all fields, of any type.
    let names: Set<String>
    /// The text fields, in order.
    package let fields: [ConnectorField]

    package init(_ node: JSONNode, in json: borrowing JSONDocument) {
        id = json.words("id", of: node) ?? ""
        let list = json.member("configDescriptor", of: node).flatMap { json.member("fields", of: $0) }
        let all = list.map { json.elements(of: $0) } ?? []
        names = Set(all.compactMap { json.words("name", of: $0) })
        fields = all.compactMap { ConnectorField($0, in: json) }
    }

    /// The descriptor of a connection's connector: the one with its ID, or the only one that has all of the
    /// connection's settings.
    static func of(
        _ connector: String, _ rows: [ConnectorField], among all: [ConnectorDescriptor]
    ) -> ConnectorDescriptor? {
        let named = all.filter { $0.id.lowercased() == connector.lowercased() }
        if !named.isEmpty { return named.count == 1 ? named[0] : nil }
        let names = Set(rows.filter { !$0.isBlank }.map(\.name))
        let fitting = all.filter { !names.isEmpty && names.isSubset(of: $0.names) }
        return fitting.count == 1 ? fitting[0] : nil
    }
}

extension ConsoleSession {
    /// The descriptor of a connector; `nil` when the console has none.
    func descriptor(
        ofConnector id: String, _ rows: [ConnectorField]
    ) async throws(ConsoleFailure) -> ConnectorDescriptor? {
        let folder = "/idp/connectors/descriptors"
        do {
            return try await get(try path(folder + "/", id)) { json throws(UnusableAnswer) in
                ConnectorDescriptor(json.root, in: json)
            }
        } catch {
            switch error.status {
            case 403: return nil
            case 404: break
            default: throw error
            }
        }
        // The descriptor's ID may differ from the connection's type.
        do {
            let all = try await get(folder, .list) { json throws(UnusableAnswer) in
                json.elements(of: try json.items()).map { ConnectorDescriptor($0, in: json) }
            }
            return ConnectorDescriptor.of(id, rows, among: all)
        } catch {
            guard error.status == 403 || error.status == 404 else { throw error }
            return nil
        }
    }
}
