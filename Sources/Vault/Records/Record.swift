import Envelope
import SecretJSON
import SecretMemory

/// A value of the domain as one sealed row. Its initialiser lists the plain columns and the members under the seal, each once,
/// for writing and for reading.
protocol Record: Sendable {
    static var table: SealedTable { get }
    /// The sealed texts by which rows of the table are found, one for each of its blind indexes.
    var indexed: [String] { get }
    /// The row's content, for the catalog and the other values in memory that follow the rows.
    var opened: OpenedRow { get }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure)
}

extension Record {
    var indexed: [String] { [] }

    /// The plain columns, without the blind indexes, and what goes under the seal.
    func encoded() -> (cells: [Cell], plaintext: SecretBox) {
        var json = JSONWriter(.record)
        json.beginObject()
        var columns = Columns<Self, Never>.writing(self, [])
        var members = Members<Self, Never>.writing(self, json, withNulls: false)
        _ = Self(&columns, &members)
        json = members.finish()
        json.endObject()
        return (columns.written, SecretBox(json.finish()))
    }

    /// Reads what ``encoded()`` wrote. An unknown member is an error: a newer program may have put a condition there.
    init(cells: [Cell], plaintext: consuming SecretBytes) throws(JSONError) {
        let document = try JSONDocument(parsing: plaintext, form: .record)
        let reader = MemberReader(document.root, in: document)
        var columns = Columns<Self, JSONError>.reading(cells[...]) { $0 }
        var members = Members<Self, JSONError>.reading(reader) { $0 }
        try self.init(&columns, &members)
        try reader.refuseOthers()
    }
}
