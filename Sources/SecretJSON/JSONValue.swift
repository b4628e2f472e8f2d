package import Domain
package import SecretMemory

/// A type with one JSON form, for writing and for reading.
package protocol JSONValue {
    /// Reads the value at `node`. An error may leave out its member's name; the reader of the object adds it.
    init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError)

    func write(to json: inout JSONWriter)
}

extension String: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self = try document.string(node)
    }

    package func write(to json: inout JSONWriter) { json.string(self) }
}

extension Int: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self = try document.integer(node)
    }

    package func write(to json: inout JSONWriter) { json.integer(self) }
}

extension Bool: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self = try document.bool(node)
    }

    package func write(to json: inout JSONWriter) { json.bool(self) }
}

extension Name: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard let name = Name(try document.string(node)) else { throw JSONError(.outOfRange) }
        self = name
    }

    package func write(to json: inout JSONWriter) { json.plain(description) }
}

/// RFC 3339 in a document, Unix seconds in a record.
extension Timestamp: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        if document.form == .record {
            self.init(unixSeconds: try document.integer(node))
            return
        }
        guard let time = Timestamp(try document.string(node)) else { throw JSONError(.outOfRange) }
        self = time
    }

    package func write(to json: inout JSONWriter) {
        switch json.form {
        case .document: json.plain(description)
        case .record: json.integer(unixSeconds)
        }
    }
}

/// A string in memory that is wiped.
extension SecretBox: JSONValue {
    package convenience init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(try document.secret(node))
    }

    package func write(to json: inout JSONWriter) { json.secret(bytes) }
}

/// A word of a closed set. The error names any other one.
extension JSONValue where Self: RawRepresentable, RawValue == String {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        let text = try document.string(node)
        guard let known = Self(rawValue: text) else {
            throw JSONError(.unknownWord, word: text.printable())
        }
        self = known
    }

    package func write(to json: inout JSONWriter) { json.string(rawValue) }
}

/// An array. Anything else is an error, and never counts as an empty one.
extension Array: JSONValue where Element: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard document.kind(node) == .array else { throw JSONError(.wrongType) }
        self = []
        for element in document.elements(of: node) { append(try Element(element, in: document)) }
    }

    package func write(to json: inout JSONWriter) {
        json.beginArray()
        for element in self { element.write(to: &json) }
        json.endArray()
    }
}

extension JSONDocument {
    /// The member's value. Errors name the member.
    package func value<Value: JSONValue>(
        _ name: String, of node: JSONNode, as _: Value.Type = Value.self
    ) throws(JSONError) -> Value {
        let member = try require(name, of: node)
        do { return try Value(member, in: self) } catch { throw error.named(name) }
    }

    /// `nil` when the member is absent or, in a document, null.
    package func optional<Value: JSONValue>(
        _ name: String, of node: JSONNode, as _: Value.Type = Value.self
    ) throws(JSONError) -> Value? {
        isPresent(name, of: node) ? try value(name, of: node) : nil
    }

    /// Whether the member is there and, in a document, not null.
    func isPresent(_ name: String, of node: JSONNode) -> Bool {
        member(name, of: node).map { form == .record || kind($0) != .null } ?? false
    }

    package func secret(_ name: String, of node: JSONNode) throws(JSONError) -> SecretBytes {
        let member = try require(name, of: node)
        do { return try secret(member) } catch { throw JSONError(error.code, member: name) }
    }
}

extension JSONWriter {
    package mutating func member(_ name: StaticString, _ value: some JSONValue) { key(name); value.write(to: &self) }
    package mutating func member(named name: String, _ value: some JSONValue) {
        key(named: name); value.write(to: &self)
    }

    /// Written as null when there is no value.
    package mutating func member(_ name: StaticString, orNull value: (some JSONValue)?) {
        key(name)
        if let value { value.write(to: &self) } else { null() }
    }

    /// Left out when there is no value.
    package mutating func member(_ name: StaticString, ifPresent value: (some JSONValue)?) {
        if let value { member(name, value) }
    }

}
