import SecretMemory

@testable import SecretJSON

extension FuzzTarget {
    /// The JSON reader: what it reads and the writer writes is read again as the same, in a bounded number of values,
    /// with no member twice.
    static let json = FuzzTarget(name: "json") { input in
        guard let document = try? JSONDocument(parsing: secret(input)) else { return }
        var writer = JSONWriter()
        let values = try copy(document.root, of: document, into: &writer)
        try hold(values <= input.count, "\(values) values in \(input.count) bytes")
        let written = bytes(writer.finish())
        guard let second = try? JSONDocument(parsing: secret(written)) else {
            throw Broken(description: "cannot read what was written: \(text(written))")
        }
        var again = JSONWriter()
        _ = try copy(second.root, of: second, into: &again)
        try hold(bytes(again.finish()) == written, "not the same when read again: \(text(written))")
    }

    /// Writes a value as it was read. A number that is no integer is written as a text, for the writer has no other.
    private static func copy(
        _ node: JSONNode, of document: borrowing JSONDocument, into writer: inout JSONWriter
    ) throws -> Int {
        var count = 1
        switch document.kind(node) {
        case .null: writer.null()
        case .bool: writer.bool(try document.bool(node))
        case .string:
            let value = try document.secret(node)
            try hold(bytes(value) == Array(try document.string(node).utf8), "two readings of one text")
            writer.secret(value)
        case .number:
            if let number = try? document.integer(node) { writer.integer(number) } else { writer.string("fraction") }
        case .array:
            writer.beginArray()
            for element in document.elements(of: node) { count += try copy(element, of: document, into: &writer) }
            writer.endArray()
        case .object:
            writer.beginObject()
            var names: Set<[UInt8]> = []
            for (key, value) in document.members(of: node) {
                let name = try document.string(key)
                try hold(names.insert(Array(name.utf8)).inserted, "member '\(name)' is there twice")
                try hold(document.member(name, of: node) == value, "member '\(name)' is another one by its name")
                writer.key(named: name)
                count += try copy(value, of: document, into: &writer) + 1
            }
            writer.endObject()
        }
        return count
    }
}
