import Domain
package import SecretMemory

/// A value inside a ``JSONDocument``: an index that is valid for that document only.
package struct JSONNode: Hashable, Sendable {
    let index: Int
}

package enum JSONKind: Equatable, Sendable { case object, array, string, number, bool, null }

/// A JSON document (RFC 8259) whose values stay in the memory that it was read from.
///
/// The document owns its bytes and wipes them when its last reference goes. Parsing records where each value begins and
/// ends and copies nothing, so that a secret never becomes a `String` unless ``string(_:)`` is called. Reading is
/// strict: UTF-8 only, no duplicate member, no trailing bytes, and limits that are checked before anything is stored.
package final class JSONDocument: Sendable {
    /// `start..<end` is a string without its quotes, or any other value with its brackets.
    struct Value {
        var kind: JSONKind
        var start: Int
        var end: Int
        /// The index after the value and all that it contains.
        var next: Int
        /// Whether a string has escapes, so that its bytes differ from its text.
        var escaped = false
    }

    let bytes: SecretBytes
    let values: [Value]
    let form: JSONForm

    /// - Parameters:
    ///   - form: how the values are read.
    ///   - depth: the most arrays and objects inside one another.
    ///   - values: the most values, member names included.
    package init(
        parsing bytes: consuming SecretBytes, form: JSONForm = .document, depth: Int = 16, values limit: Int = 10_000
    ) throws(JSONError) {
        let values = try bytes.withSpan { span throws(JSONError) in
            guard span.isUTF8 else { throw JSONError(.notUTF8) }
            var parser = JSONParser(bytes: span, depthLimit: depth, valueLimit: limit)
            return try parser.document()
        }
        self.bytes = bytes
        self.values = values
        self.form = form
    }

    package var root: JSONNode { JSONNode(index: 0) }

    package func kind(_ node: JSONNode) -> JSONKind { values[node.index].kind }

    /// The member's value; `nil` when it is absent, or when `node` is not an object.
    package func member(_ name: String, of node: JSONNode) -> JSONNode? {
        firstMember(of: node) { holds($0, name) }?.value
    }

    package func require(_ name: String, of node: JSONNode) throws(JSONError) -> JSONNode {
        guard kind(node) == .object else { throw JSONError(.wrongType) }
        guard let value = member(name, of: node) else { throw JSONError(.missingMember, member: name) }
        return value
    }

    /// Throws unless `node` is an object with no members other than these.
    package func allowOnly(_ names: [String], of node: JSONNode) throws(JSONError) {
        guard kind(node) == .object else { throw JSONError(.wrongType) }
        if let other = firstMember(of: node, where: { key in !names.contains { holds(key, $0) } }) {
            throw JSONError(.unknownMember, member: ((try? string(other.key)) ?? "").printable())
        }
    }

    /// The values of an array, in order; empty for anything else.
    package func elements(of node: JSONNode) -> [JSONNode] {
        guard kind(node) == .array else { return [] }
        return children(of: node)
    }

    package func string(_ node: JSONNode) throws(JSONError) -> String {
        try secret(node).withSpan { String(decoding: $0.array, as: UTF8.self) }
    }

    /// The text of a string; it stays in memory that is wiped.
    package func secret(_ node: JSONNode) throws(JSONError) -> SecretBytes {
        let value = values[node.index]
        guard value.kind == .string else { throw JSONError(.wrongType) }
        return bytes.withSpan { span in
            let raw = span.extracting(value.start..<value.end)
            return value.escaped ? JSONText.unescaped(raw) : SecretBytes(copying: raw)
        }
    }

    /// A whole number. A fraction or an exponent is a wrong type, even if the value is whole.
    package func integer(_ node: JSONNode) throws(JSONError) -> Int {
        let value = values[node.index]
        guard value.kind == .number else { throw JSONError(.wrongType) }
        let text = bytes.withSpan { String(decoding: $0.extracting(value.start..<value.end).array, as: UTF8.self) }
        guard text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || ($0 >= 0x30 && $0 <= 0x39) }) else {
            throw JSONError(.wrongType)
        }
        guard let number = Int(text) else { throw JSONError(.outOfRange) }
        return number
    }

    package func bool(_ node: JSONNode) throws(JSONError) -> Bool {
        let value = values[node.index]
        guard value.kind == .bool else { throw JSONError(.wrongType) }
        return bytes.withSpan { $0[value.start] == UInt8(ascii: "t") }
    }

    private func children(of node: JSONNode) -> [JSONNode] {
        var found: [JSONNode] = []
        var index = node.index + 1
        while index < values[node.index].next {
            found.append(JSONNode(index: index))
            index = values[index].next
        }
        return found
    }

    func members(of node: JSONNode) -> [(key: JSONNode, value: JSONNode)] {
        guard kind(node) == .object else { return [] }
        let inside = children(of: node)
        return stride(from: 0, to: inside.count, by: 2).map { (inside[$0], inside[$0 + 1]) }
    }

    private func firstMember(of node: JSONNode, where isIt: (JSONNode) -> Bool) -> (key: JSONNode, value: JSONNode)? {
        guard kind(node) == .object else { return nil }
        var index = node.index + 1
        while index < values[node.index].next {
            let (key, value) = (JSONNode(index: index), JSONNode(index: values[index].next))
            if isIt(key) { return (key, value) }
            index = values[value.index].next
        }
        return nil
    }

    private func holds(_ key: JSONNode, _ name: String) -> Bool {
        let value = values[key.index]
        if value.escaped { return (try? secret(key))?.withSpan { $0.array } == Array(name.utf8) }
        guard value.end - value.start == name.utf8.count else { return false }
        return bytes.withSpan { span in
            zip(value.start..<value.end, name.utf8).allSatisfy { span[$0] == $1 }
        }
    }
}
