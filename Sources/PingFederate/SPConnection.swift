package import Domain
import HTTPTransport
package import SecretJSON
package import SecretMemory

/// An SP connection as the console returns it: a document of PingFederate's. Only a small part is understood here; all
/// of it must survive being written back.
package final class SPConnection: Sendable {
    private let json: JSONDocument

    init(_ json: consuming JSONDocument) { self.json = json }

    /// Reads a connection. For tests and fuzzing.
    package convenience init(parsing text: consuming SecretBytes) throws(JSONError) {
        self.init(try JSONDocument(parsing: text, depth: 64, values: 1_000_000))
    }

    package var name: String? { shown("name") }
    /// When the connection was last saved, as the console wrote it; `nil` when an old version saved it without a date.
    /// There is no ETag. [doc]
    package var modificationDate: String? { shown("modificationDate") }
    /// ``modificationDate`` to the second; `nil` when it is not a valid time.
    package var savedAt: Timestamp? { modificationDate.flatMap(Timestamp.init(console:)) }
    /// The replication state, on a console that replicates connections when they are saved.
    package var replicationStatus: String? { shown("replicationStatus") }
    /// The connector's ID.
    package var connector: String? {
        provisioning.flatMap { json.words("type", of: $0) }?.readable(limit: 200)
    }

    /// The names of the target settings in order, headings included.
    package var settingNames: [String] { settings.map { $0.name.readable(limit: 100) } }

    /// The settings that the console encrypts.
    package var encryptedNames: [String] {
        settings.filter { json.member("encryptedValue", of: $0.node) != nil }.map { $0.name.readable(limit: 100) }
    }

    /// The encrypted text of a setting, as the console shows it. Some consoles encrypt again at each read, so that the
    /// text differs although nobody changed the setting. [inferred]
    package func encryptedValue(of name: String) -> SecretBox? { text("encryptedValue", of: name) }

    /// The value of a setting that is not encrypted.
    package func value(of name: String) -> SecretBox? { text("value", of: name) }

    /// Everything unencrypted that can show a change, without the members that the console sets automatically. For
    /// comparison.
    package var rest: SecretBytes {
        json.normalized { name, isOutermost in
            name.hasPrefix("encrypted") || (isOutermost && ["modificationDate", "replicationStatus"].contains(name))
        }
    }

    package enum Difference: Equatable, Sendable {
        case none
        /// Only encrypted texts differ, in a connection without a date: somebody saved other secrets, or the console
        /// encrypts again at each read.
        case encrypted
        case saved
    }

    /// What changed since `other` was read.
    package func difference(since other: SPConnection) -> Difference {
        guard modificationDate == other.modificationDate else { return .saved }
        guard modificationDate == nil, !json.replacing([:]).constantTimeEquals(other.json.replacing([:])) else {
            return .none
        }
        return rest.constantTimeEquals(other.rest) ? .encrypted : .saved
    }

    /// The connection with new values in some target settings, for PUT. Everything else stays as the console sent it.
    package func replacing(_ changes: [FieldChange]) throws(ConsoleFailure) -> SecretBytes {
        guard provisioning != nil else { throw Self.notProvisioning }
        var replacements: [JSONNode: SecretBox] = [:]
        for change in changes {
            let rows = settings.filter { $0.name == change.name }
            guard rows.count == 1, let row = rows.first else {
                let there = settingNames.isEmpty ? "none" : settingNames.prefix(40).joined(separator: ", ")
                throw ConsoleFailure(
                    .needsFix, .mismatch,
                    detail: "the connection has \(rows.isEmpty ? "no" : "more than one") setting '"
                        + "\(change.name.readable(limit: 100))'; it has \(there)")
            }
            do {
                let text = try json.object(
                    row.node, leavingOut: ["value", "encryptedValue"], adding: "value", change.value.bytes)
                replacements[row.node] = SecretBox(text)
            } catch {
                throw ConsoleFailure(.needsFix, .mismatch, detail: "a setting cannot be read: \(error)")
            }
        }
        return json.replacing(replacements)
    }

    static let notProvisioning = ConsoleFailure(
        .needsFix, .mismatch, detail: "the connection has no outbound provisioning")

    private var provisioning: JSONNode? {
        json.member("outboundProvision", of: json.root).flatMap { json.kind($0) == .object ? $0 : nil }
    }

    private var settings: [(name: String, node: JSONNode)] {
        guard let list = provisioning.flatMap({ json.member("targetSettings", of: $0) }) else { return [] }
        return json.elements(of: list).compactMap { node in json.words("name", of: node).map { ($0, node) } }
    }

    /// The target settings, to search among them. Headings have a name and nothing else.
    var rows: [ConnectorField] {
        settings.map { name, node in
            let value = text("value", of: name)
            let isEncrypted = json.member("encryptedValue", of: node) != nil
            return ConnectorField(
                name: name, isEncrypted: isEncrypted, isAddress: value?.bytes.contains("://") ?? false,
                isBlank: !isEncrypted && value == nil)
        }
    }

    private func text(_ member: String, of name: String) -> SecretBox? {
        let node = settings.first { $0.name == name }.flatMap { json.member(member, of: $0.node) }
        return node.flatMap { node in try? SecretBox(json.secret(node)) }
    }

    private func shown(_ member: String) -> String? {
        json.words(member, of: json.root)?.readable(limit: 200)
    }
}

/// A target setting and its new value.
package struct FieldChange: Sendable {
    package let name: String
    package let value: SecretBox

    package init(_ name: String, _ value: SecretBox) {
        self.name = name
        self.value = value
    }
}
