import CPostgreSQL

/// A value of a row, or for a `$1`. Always in PostgreSQL's binary format, in which a text has a length and cannot end early.
enum PostgreSQLValue: Equatable, Sendable {
    case text(String)
    case integer(Int)
    case bytes([UInt8])
    case null

    /// The type's number, which is the same in every database; 0 lets the server decide.
    var type: Oid {
        switch self {
        case .text: Self.textType
        case .integer: Self.integerType
        case .bytes: Self.bytesType
        case .null: 0
        }
    }

    static let booleanType: Oid = 16
    static let bytesType: Oid = 17
    static let integerType: Oid = 20
    static let textType: Oid = 25

    /// `nil` for null.
    var encoded: [UInt8]? {
        switch self {
        case .text(let text): Array(text.utf8)
        case .integer(let number): (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        case .bytes(let bytes): bytes
        case .null: nil
        }
    }

    /// Decodes a value of a type that our statements select; `nil` for any other.
    init?(_ bytes: UnsafeRawBufferPointer, type: Oid) {
        switch type {
        case Self.textType: self = unsafe .text(String(decoding: bytes, as: UTF8.self))
        case Self.bytesType: self = unsafe .bytes([UInt8](bytes))
        case Self.integerType where bytes.count == 8:
            self = unsafe .integer(bytes.reduce(0) { $0 << 8 | Int($1) })
        case Self.booleanType where bytes.count == 1: self = .integer(unsafe bytes[0] == 0 ? 0 : 1)
        default: return nil
        }
    }
}

/// The values of one statement, in the form in which libpq takes them.
struct EncodedValues {
    let types: [Oid]
    private let lengths: [Int32]
    /// Where each begins in `bytes`; `nil` for null.
    private let offsets: [Int?]
    /// Never empty: to libpq, an address of NULL is null.
    private let bytes: [UInt8]

    init?(_ values: [PostgreSQLValue]) {
        var (lengths, offsets, bytes) = ([Int32](), [Int?](), [UInt8]())
        for value in values {
            let encoded = value.encoded
            guard let length = Int32(exactly: encoded?.count ?? 0) else { return nil }
            lengths.append(length)
            offsets.append(encoded == nil ? nil : bytes.count)
            bytes += encoded ?? []
        }
        bytes.append(0)
        (self.lengths, self.offsets, self.bytes) = (lengths, offsets, bytes)
        types = values.map(\.type)
    }

    /// Sends the statement with these values, and asks for a binary result.
    func send(_ sql: String, on connection: OpaquePointer) -> Bool {
        let formats = [Int32](repeating: 1, count: types.count)
        return unsafe bytes.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = unsafe offsets.map { unsafe $0.flatMap { unsafe start?.advanced(by: $0) } }
            return unsafe PQsendQueryParams(
                connection, sql, Int32(clamping: types.count), types, pointers, lengths, formats, 1) == 1
        }
    }
}
