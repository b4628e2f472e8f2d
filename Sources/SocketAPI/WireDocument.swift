package import Names
package import SecretJSON
package import SecretMemory
package import Times

/// A JSON object that goes over a socket, with one definition for the end that writes it and the end that reads it.
package protocol WireDocument: ~Copyable {
    /// Writes the members, in the documented order, inside an object that is open.
    func writeMembers(to json: inout JSONWriter)

    /// Reads the object at `node`. Members that this version does not know are passed over.
    init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError)
}

extension WireDocument where Self: ~Copyable {
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(to: &json)
        json.endObject()
    }

    package func render() -> SecretBytes {
        var json = JSONWriter()
        write(to: &json)
        return json.finish()
    }

    package init(parsing bytes: consuming SecretBytes, values: Int = 10_000) throws(JSONError) {
        let document = try JSONDocument(parsing: bytes, values: values)
        try self.init(document.root, in: document)
    }
}

/// What the wire adds to JSON: members by name, of our own types, and errors that say which member it was.
extension JSONDocument {
    package func text(_ member: String, of node: JSONNode) throws(JSONError) -> String {
        try read(member, of: node) { value throws(JSONError) in try string(value) }
    }

    package func secret(_ member: String, of node: JSONNode) throws(JSONError) -> SecretBytes {
        try read(member, of: node) { value throws(JSONError) in try secret(value) }
    }

    package func number(_ member: String, of node: JSONNode) throws(JSONError) -> Int {
        try read(member, of: node) { value throws(JSONError) in try integer(value) }
    }

    package func flag(_ member: String, of node: JSONNode) throws(JSONError) -> Bool {
        try read(member, of: node) { value throws(JSONError) in try bool(value) }
    }

    package func name(_ member: String, of node: JSONNode) throws(JSONError) -> Name {
        guard let name = Name(try text(member, of: node)) else { throw JSONError(.outOfRange, member: member) }
        return name
    }

    package func time(_ member: String, of node: JSONNode) throws(JSONError) -> Timestamp {
        guard let time = Timestamp(try text(member, of: node)) else { throw JSONError(.outOfRange, member: member) }
        return time
    }

    /// `nil` when the member is absent or null.
    package func optionalText(_ member: String, of node: JSONNode) throws(JSONError) -> String? {
        isPresent(member, of: node) ? try text(member, of: node) : nil
    }

    package func optionalNumber(_ member: String, of node: JSONNode) throws(JSONError) -> Int? {
        isPresent(member, of: node) ? try number(member, of: node) : nil
    }

    package func optionalFlag(_ member: String, of node: JSONNode) throws(JSONError) -> Bool? {
        isPresent(member, of: node) ? try flag(member, of: node) : nil
    }

    package func optionalTime(_ member: String, of node: JSONNode) throws(JSONError) -> Timestamp? {
        isPresent(member, of: node) ? try time(member, of: node) : nil
    }

    package func optionalDocument<Document: WireDocument>(
        _ member: String, of node: JSONNode
    ) throws(JSONError) -> Document? {
        isPresent(member, of: node) ? try Document(try require(member, of: node), in: self) : nil
    }

    package func list<Element: WireDocument>(
        _ member: String, of node: JSONNode
    ) throws(JSONError) -> [Element] {
        let list = try require(member, of: node)
        guard kind(list) == .array else { throw JSONError(.wrongType, member: member) }
        var found: [Element] = []
        for element in elements(of: list) { found.append(try Element(element, in: self)) }
        return found
    }

    package func texts(_ member: String, of node: JSONNode) throws(JSONError) -> [String] {
        let list = try require(member, of: node)
        guard kind(list) == .array else { throw JSONError(.wrongType, member: member) }
        var found: [String] = []
        for element in elements(of: list) { found.append(try string(element)) }
        return found
    }

    func isPresent(_ member: String, of node: JSONNode) -> Bool {
        self.member(member, of: node).map { kind($0) != .null } ?? false
    }

    private func read<Value: ~Copyable>(
        _ member: String, of node: JSONNode, as read: (JSONNode) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        let value = try require(member, of: node)
        do { return try read(value) } catch { throw JSONError(error.code, member: member) }
    }
}

extension JSONWriter {
    package mutating func member(_ name: StaticString, orNull text: String?) {
        key(name)
        if let text { string(text) } else { null() }
    }

    package mutating func member(_ name: StaticString, orNull number: Int?) {
        key(name)
        if let number { integer(number) } else { null() }
    }

    package mutating func member(_ name: StaticString, orNull document: (some WireDocument)?) {
        key(name)
        if let document { document.write(to: &self) } else { null() }
    }

    package mutating func member(_ name: StaticString, texts: [String]) {
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    package mutating func member<Element: WireDocument>(_ name: StaticString, list: [Element]) {
        key(name)
        beginArray()
        for element in list { element.write(to: &self) }
        endArray()
    }
}
