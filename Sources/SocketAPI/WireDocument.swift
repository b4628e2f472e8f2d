package import SecretJSON
package import SecretMemory

/// A JSON object that is sent over a socket, defined once for the writer and the reader. Documents that own a secret
/// write and read their members by hand; the others have one list for both: ``ListedDocument``.
package protocol WireDocument: ~Copyable {
    /// Writes the members, in the documented order, into an object that is already open.
    func writeMembers(to json: inout JSONWriter)

    /// The most values of a request with this body, names of members included.
    static var mostValues: Int { get }
    /// The most bytes of a request with this body.
    static var mostBytes: Int { get }

    /// Reads the object at `node`. A request is read strictly; in an answer, unknown members are ignored.
    init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError)
}

/// A document with one list of members.
package protocol ListedDocument: WireDocument, MemberList {}

extension WireDocument where Self: ~Copyable {
    package static var mostValues: Int { 10_000 }
    package static var mostBytes: Int { RequestLimits().body }

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
