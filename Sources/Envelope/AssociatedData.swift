/// The plaintext columns beside a sealed row. They are authenticated with it: the row opens only beside the same names
/// and values, of the same types, in the same order.
///
///     keyring.seal(plaintext, table: "app", row: id, associatedData: ["state": .text("live"), "due": .integer(due)])
package struct AssociatedData: Sendable, ExpressibleByDictionaryLiteral {
    package enum Value: Sendable, Equatable {
        case text(String)
        case integer(Int64)
        case null
    }

    private(set) var encoded: [UInt8] = []

    package init() {}

    package init(dictionaryLiteral columns: (String, Value)...) {
        encoded.reserveCapacity(columns.count * 32)
        for (column, value) in columns { append(column, value) }
    }

    package mutating func append(_ column: String, _ value: Value) {
        encoded.append(text: column)
        switch value {
        case .null:
            encoded.append(0)
        case .text(let text):
            encoded.append(1)
            encoded.append(text: text)
        case .integer(let integer):
            encoded.append(2)
            encoded.append(bigEndian: integer)
        }
    }
}
