import CSQLite

/// A value of a row, or for a `?`.
enum SQLiteValue: Equatable {
    case text(String)
    case integer(Int)
    case blob([UInt8])
    case null
}

/// A prepared statement with its values, for one run. It is returned to the connection after its last use, even on an
/// error.
@safe struct Statement: ~Copyable {
    private let handle: OpaquePointer
    private let sql: String
    private let connection: Connection

    init(_ handle: OpaquePointer, _ sql: String, of connection: Connection) {
        unsafe self.handle = unsafe handle
        self.sql = sql
        self.connection = connection
    }

    deinit { unsafe connection.giveBack(handle, sql) }

    func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        guard unsafe Int(sqlite3_bind_parameter_count(handle)) == values.count else {
            throw SQLiteError(code: SQLITE_RANGE, message: "\(values.count) values for another number of places")
        }
        for (index, value) in zip(Int32(1)..., values) { try connection.check(bind(value, at: index)) }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return unsafe sqlite3_bind_null(handle, index)
        case .integer(let number): return unsafe sqlite3_bind_int64(handle, index, Int64(number))
        case .text(let text):
            var text = text
            return text.withUTF8 { bytes in
                guard let size = Int32(exactly: bytes.count) else { return SQLITE_TOOBIG }
                return unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                    unsafe keyturn_sqlite_bind_text(handle, index, bytes.baseAddress, size)
                }
            }
        case .blob(let blob):
            guard let size = Int32(exactly: blob.count) else { return SQLITE_TOOBIG }
            return unsafe blob.withUnsafeBytes { bytes in
                unsafe keyturn_sqlite_bind_blob(handle, index, bytes.baseAddress, size)
            }
        }
    }

    /// Moves to the next row. Returns `false` when there is none.
    func step() throws(SQLiteError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw connection.failure(code)
        }
    }

    // MARK: The row

    /// The value of a column with its actual type, which may differ from the schema: a damaged page can contain
    /// anything. A floating-point number, which no table has, becomes null.
    func value(_ column: Int) throws(SQLiteError) -> SQLiteValue {
        switch unsafe sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_TEXT: return .text(text(column))
        case SQLITE_INTEGER: return .integer(integer(column))
        case SQLITE_BLOB:
            // SQLite requires that the address is read before the size.
            let bytes = unsafe sqlite3_column_blob(handle, Int32(column))
            let size = unsafe Int(sqlite3_column_bytes(handle, Int32(column)))
            guard size > 0 else { return .blob([]) }
            guard let bytes = unsafe bytes else { throw connection.failure(SQLITE_NOMEM) }
            return .blob(unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: size)))
        default: return .null
        }
    }

    func integer(_ column: Int) -> Int { unsafe Int(sqlite3_column_int64(handle, Int32(column))) }

    /// The value as text, whatever its type; empty for null.
    func text(_ column: Int) -> String {
        guard let text = unsafe sqlite3_column_text(handle, Int32(column)) else { return "" }
        let size = unsafe Int(sqlite3_column_bytes(handle, Int32(column)))
        return unsafe String(decoding: UnsafeBufferPointer(start: text, count: size), as: UTF8.self)
    }
}
