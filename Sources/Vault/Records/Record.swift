import Domain
import SecretJSON

/// A value of the domain as one sealed row: what goes into the plain columns, and what under the seal.
protocol Record: Sendable {
    static var table: SealedTable { get }
    var cells: [Cell] { get }
    /// What rows of the table are found by though it is sealed: a text for each of its blind indexes.
    var indexed: [String] { get }
    /// What the row says, for whoever holds what all rows say in memory.
    var opened: OpenedRow { get }
    func write(to writer: inout JSONWriter)
    /// Reads what ``write(to:)`` wrote. An unknown member is an error: a newer program may have put a condition there.
    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError)
}

extension Record {
    var indexed: [String] { [] }
}

extension [Cell] {
    func text(_ index: Int) throws(JSONError) -> String {
        guard case .text(let text) = self[index] else { throw JSONError(.wrongType) }
        return text
    }

    func integer(_ index: Int) throws(JSONError) -> Int {
        guard case .integer(let number) = self[index] else { throw JSONError(.wrongType) }
        return number
    }
}

extension JSONDocument {
    func text(_ name: String) throws(JSONError) -> String { try string(try require(name, of: root)) }
    func number(_ name: String) throws(JSONError) -> Int { try integer(try require(name, of: root)) }
    func time(_ name: String) throws(JSONError) -> Timestamp { Timestamp(unixSeconds: try number(name)) }

    /// The elements of an array. Anything else is an error: it must not pass for an empty one.
    func list(_ name: String, of node: JSONNode) throws(JSONError) -> [JSONNode] {
        let list = try require(name, of: node)
        guard kind(list) == .array else { throw JSONError(.wrongType, member: name) }
        return elements(of: list)
    }

    /// `nil` when the member is absent.
    func optionalTime(_ name: String) throws(JSONError) -> Timestamp? {
        guard let node = member(name, of: root) else { return nil }
        return Timestamp(unixSeconds: try integer(node))
    }

    /// `nil` when the member is absent.
    func optionalText(_ name: String) throws(JSONError) -> String? {
        guard let node = member(name, of: root) else { return nil }
        return try string(node)
    }
}

extension JSONWriter {
    mutating func member(_ name: StaticString, ifPresent text: String?) {
        if let text { member(name, text) }
    }

    mutating func member(_ name: StaticString, ifPresent time: Timestamp?) {
        if let time { member(name, time) }
    }

    mutating func member(_ name: StaticString, _ time: Timestamp) { member(name, time.unixSeconds) }
}
