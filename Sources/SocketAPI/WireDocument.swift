package import SecretJSON
package import SecretMemory

/// A JSON object that goes over a socket, with one definition for the end that writes it and the end that reads it. Those that
/// own a secret write and read their members by hand, the others have one list for both: ``ListedDocument``.
package protocol WireDocument: ~Copyable {
    /// Writes the members, in the documented order, inside an object that is open.
    func writeMembers(to json: inout JSONWriter)

    /// Reads the object at `node`. A request is read strictly; in an answer, members that this version does not know are
    /// passed over.
    init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError)
}

/// A document whose members stand in one list.
package protocol ListedDocument: WireDocument, MemberList {}

extension WireDocument where Self: ~Copyable {
    package func render() -> SecretBytes {
        var json = JSONWriter()
        json.beginObject()
        writeMembers(to: &json)
        json.endObject()
        return json.finish()
    }

    package init(parsing bytes: consuming SecretBytes, values: Int = 10_000) throws(JSONError) {
        let document = try JSONDocument(parsing: bytes, values: values)
        try self.init(document.root, in: document)
    }
}
