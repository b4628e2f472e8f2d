package import SecretMemory

/// Reads an object member by member, and remembers the names so that it can refuse other members.
package final class MemberReader {
    private let document: JSONDocument
    private let node: JSONNode
    private var names: [String] = []

    package init(_ node: JSONNode, in document: borrowing JSONDocument) {
        self.node = node
        self.document = copy document
    }

    /// Reads a value that owns secrets, and refuses members that `read` did not ask for.
    package static func strictly<Value: ~Copyable>(
        _ node: JSONNode, in document: borrowing JSONDocument,
        _ read: (MemberReader) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        let reader = MemberReader(node, in: document)
        let value = try read(reader)
        try reader.refuseOthers()
        return value
    }

    package func value<Value: JSONValue>(
        _ name: String, as _: Value.Type = Value.self
    ) throws(JSONError) -> Value {
        record(name)
        return try document.value(name, of: node)
    }

    /// `nil` when the member is absent or, in a document, null.
    package func optional<Value: JSONValue>(
        _ name: String, as _: Value.Type = Value.self
    ) throws(JSONError) -> Value? {
        record(name)
        return try document.optional(name, of: node)
    }

    package func secret(_ name: String) throws(JSONError) -> SecretBytes {
        record(name)
        return try document.secret(name, of: node)
    }

    /// Whether one of these members is present, even as null.
    package func has(_ names: String...) -> Bool {
        names.contains { name in
            record(name)
            return document.member(name, of: node) != nil
        }
    }

    /// Whether the member is there and, in a document, not null.
    func isPresent(_ name: String) -> Bool {
        record(name)
        return document.isPresent(name, of: node)
    }

    /// The members of another list, in the same object.
    package func inline<Group: MemberList>(as _: Group.Type = Group.self) throws(JSONError) -> Group {
        var members = Members<Group, JSONError>.reading(self) { $0 }
        return try Group(&members)
    }

    /// Throws when the object has a member that was not asked for.
    package func refuseOthers() throws(JSONError) { try document.allowOnly(names, of: node) }

    func record(_ name: String) { names.append(name) }
}
