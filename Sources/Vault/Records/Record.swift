import Envelope
import SecretJSON
import SecretMemory

/// A domain value as one sealed row. The initialiser lists each plain column and each sealed member once, for writing and
/// reading.
protocol Record: Sendable {
    static var table: SealedTable { get }
    /// The sealed texts that find rows of the table, one for each of its blind indexes.
    var indexed: [String] { get }
    /// The row's content, for the catalog and other values in memory that mirror the rows.
    var opened: OpenedRow { get }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure)
}

extension Record {
    var indexed: [String] { [] }

    /// The plain columns without the blind indexes, and the content to seal.
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

    /// Reads the output of ``encoded()``. An unknown member is an error: it may be a condition that a newer program wrote.
    init(cells: [Cell], plaintext: consuming SecretBytes) throws(JSONError) {
        let document = try JSONDocument(parsing: plaintext, form: .record)
        let reader = MemberReader(document.root, in: document)
        var columns = Columns<Self, JSONError>.reading(cells[...]) { $0 }
        var members = Members<Self, JSONError>.reading(reader) { $0 }
        try self.init(&columns, &members)
        try reader.refuseOthers()
    }
}
