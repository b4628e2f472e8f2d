package import Domain
import HTTPTransport
package import SecretJSON
package import SecretMemory

/// An SP connection as the console has it: a document of PingFederate's, of which little is understood here and all of
/// which must survive being written back.
package final class SPConnection: Sendable {
    private let json: JSONDocument

    init(_ json: consuming JSONDocument) { self.json = json }

    /// Reads a connection, for tests and fuzzing.
    package convenience init(parsing text: consuming SecretBytes) throws(JSONError) {
        self.init(try JSONDocument(parsing: text, depth: 64, values: 1_000_000))
    }

    package var name: String? { shown("name") }
    /// When somebody last saved it, in the console's own words; `nil` for one that has no date, as an old version saved it.
    /// There is no ETag. [doc]
    package var modificationDate: String? { shown("modificationDate") }
    /// The same to the second; `nil` for what is no time.
    package var savedAt: Timestamp? { modificationDate.flatMap(Timestamp.init(console:)) }
    /// Whether the engines have it, on a console that replicates connections as they are saved.
    package var replicationStatus: String? { shown("replicationStatus") }
    /// The connector's ID.
    package var connector: String? {
        provisioning.flatMap { json.words("type", of: $0) }?.readable(limit: 200)
    }

    /// The names of the target settings in their order, headings included.
    package var settingNames: [String] { settings.map { $0.name.readable(limit: 100) } }

    /// The settings that the console keeps encrypted.
    package var encryptedNames: [String] {
        settings.filter { json.member("encryptedValue", of: $0.node) != nil }.map { $0.name.readable(limit: 100) }
    }

    /// What the console shows of an encrypted setting. Some consoles encrypt again at each look, and show another text of what
    /// nobody changed. [inferred]
    package func encryptedValue(of name: String) -> SecretBox? { text("encryptedValue", of: name) }

    /// A setting that is not encrypted.
    package func value(of name: String) -> SecretBox? { text("value", of: name) }

    /// All that tells of a change and is not encrypted, for comparing: without what the console writes there by itself.
    package var rest: SecretBytes {
        json.normalized { name, isOutermost in
            name.hasPrefix("encrypted") || (isOutermost && ["modificationDate", "replicationStatus"].contains(name))
        }
    }

    package enum Difference: Equatable, Sendable {
        case none
        /// In encrypted texts alone, of a connection without a date: somebody saved other secrets, or the console encrypts again
        /// at each look.
        case encrypted
        case saved
    }

    /// What somebody did to it between the two looks.
    package func difference(since other: SPConnection) -> Difference {
        guard modificationDate == other.modificationDate else { return .saved }
        guard modificationDate == nil, !json.replacing([:]).constantTimeEquals(other.json.replacing([:])) else {
            return .none
        }
        return rest.constantTimeEquals(other.rest) ? .encrypted : .saved
    }

    /// The connection with other values in some target settings, for PUT. All else is as the console sent it.
    package func replacing(_ changes: [FieldChange]) throws(ConsoleFailure) -> SecretBytes {
        guard provisioning != nil else { throw Self.notProvisioning }
        var replacements: [JSONNode: SecretBox] = [:]
        for change in changes {
            let rows = settings.filter { $0.name == change.name }
            guard rows.count == 1, let row = rows.first else {
                let there = settingNames.isEmpty ? "none" : settingNames.prefix(40).joined(separator: ", ")
                throw ConsoleFailure(
                    .mend, .mismatch,
                    detail: "the connection has \(rows.isEmpty ? "no" : "more than one") setting '"
                        + "\(change.name.readable(limit: 100))'; it has \(there)")
            }
            do {
                let text = try json.object(
                    row.node, leavingOut: ["value", "encryptedValue"], adding: "value", change.value.bytes)
                replacements[row.node] = SecretBox(text)
            } catch {
                throw ConsoleFailure(.mend, .mismatch, detail: "a setting cannot be read: \(error)")
            }
        }
        return json.replacing(replacements)
    }

    static let notProvisioning = ConsoleFailure(
        .mend, .mismatch, detail: "the connection does not provision outbound")

    private var provisioning: JSONNode? {
        json.member("outboundProvision", of: json.root).flatMap { json.kind($0) == .object ? $0 : nil }
    }

    private var settings: [(name: String, node: JSONNode)] {
        guard let list = provisioning.flatMap({ json.member("targetSettings", of: $0) }) else { return [] }
        return json.elements(of: list).compactMap { node in json.words("name", of: node).map { ($0, node) } }
    }

    /// The target settings for those who look for one among them. Headings have a name and nothing else.
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

/// A target setting and what it is to hold.
package struct FieldChange: Sendable {
    package let name: String
    package let value: SecretBox

    package init(_ name: String, _ value: SecretBox) {
        self.name = name
        self.value = value
    }
}
