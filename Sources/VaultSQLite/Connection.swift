import CSQLite

/// A result code of SQLite other than success.
struct SQLiteError: Error, CustomStringConvertible {
    /// The extended result code.
    let code: Int32
    /// SQLite's message. It names tables and columns, and never values.
    let message: String

    /// The primary result code.
    var kind: Int32 { code & 0xFF }
    var description: String { "\(message) (SQLite \(code))" }
}

/// A connection to a database. Used by one thread at a time: SQLite's own locks are off.
// Its owner passes it between threads and never shares it.
@safe final class Connection: @unchecked Sendable {
    enum Access { case readWrite, readOnly }

    let path: String
    /// `nil` once closed.
    private(set) var handle: OpaquePointer?
    /// Prepared statements that are not in use, by their text.
    private var idle: [String: OpaquePointer] = unsafe [:]

    /// Opens an existing file.
    convenience init(path: String, _ access: Access = .readWrite) throws(SQLiteError) {
        try self.init(path, flags: access == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE)
    }

    /// An empty database that disappears with the connection.
    static func inMemory() throws(SQLiteError) -> Connection {
        try Connection(":memory:", flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    }

    private init(_ path: String, flags: Int32) throws(SQLiteError) {
        self.path = path
        guard sqlite3_threadsafe() != 0 else {
            throw SQLiteError(code: SQLITE_MISUSE, message: "the library was built without threads")
        }
        // Even after a failure the handle exists, and contains the reason.
        let code = unsafe sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    deinit {
        finalizeIdle()
        unsafe sqlite3_close_v2(handle)
    }

    /// Does nothing on a closed connection. Throws while a backup reads from it.
    func close() throws(SQLiteError) {
        guard let open = unsafe handle else { return }
        finalizeIdle()
        try check(unsafe sqlite3_close(open))
        unsafe handle = nil
    }

    private func finalizeIdle() {
        // Its result repeats the error of the step that failed.
        while let statement = unsafe idle.popFirst() { unsafe sqlite3_finalize(statement.value) }
    }

    // MARK: Statements

    /// Runs statements without values, whose rows are not needed.
    func execute(_ sql: String) throws(SQLiteError) {
        let handle = unsafe try open()
        try check(unsafe sqlite3_exec(handle, sql, nil, nil, nil))
    }

    /// - Parameter sql: one constant statement; everything that varies is in `values`, in the order of the `?`.
    func prepare(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> Statement {
        let handle = unsafe try open()
        var prepared = unsafe idle.removeValue(forKey: sql)
        if unsafe prepared == nil { try check(unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)) }
        guard let prepared = unsafe prepared else {
            throw SQLiteError(code: SQLITE_MISUSE, message: "there is no statement")
        }
        let statement = unsafe Statement(prepared, sql, of: self)
        try statement.bind(values)
        return statement
    }

    /// Runs one statement to its end.
    func run(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) {
        let statement = try prepare(sql, values)
        while try statement.step() {}
    }

    /// The first column of all rows, as text.
    func texts(_ sql: String) throws(SQLiteError) -> [String] {
        let statement = try prepare(sql)
        var texts: [String] = []
        while try statement.step() { texts.append(statement.text(0)) }
        return texts
    }

    /// The first column of the first row; `nil` when there is none.
    func integer(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> Int? {
        let statement = try prepare(sql, values)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// The number of rows that the last statement changed.
    var changes: Int { Int(unsafe sqlite3_changes(handle)) }

    // MARK: Transactions

    enum Transaction: String { case deferred = "BEGIN DEFERRED", immediate = "BEGIN IMMEDIATE" }

    /// Does everything in `body`, or nothing.
    func transaction<Result>(_ kind: Transaction, _ body: () throws -> Result) throws -> Result {
        try execute(kind.rawValue)
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // After some errors, such as a full disk, SQLite has already rolled back. If the rollback fails, the next
            // opening of the file does it; the first error is the one that counts.
            if unsafe sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Moves all commits from the WAL into the file, and empties the WAL.
    func checkpoint() throws(SQLiteError) {
        let handle = unsafe try open()
        try check(unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil))
    }

    // MARK: Failures

    private func open() throws(SQLiteError) -> OpaquePointer {
        guard let handle = unsafe handle else { throw SQLiteError(code: SQLITE_MISUSE, message: "it was closed") }
        return unsafe handle
    }

    func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// Call it at once: the next call replaces the message.
    func failure(_ code: Int32) -> SQLiteError {
        let hasWords = unsafe handle != nil && sqlite3_errcode(handle) & 0xFF == code & 0xFF
        let words = unsafe hasWords ? sqlite3_errmsg(handle) : sqlite3_errstr(code)
        return SQLiteError(
            code: hasWords ? unsafe sqlite3_extended_errcode(handle) : code,
            message: unsafe words.map { unsafe String(cString: $0) } ?? "no reason given")
    }

    /// Returns a statement that is no longer used.
    func giveBack(_ statement: OpaquePointer, _ sql: String) {
        // Both repeat the result of the last step.
        unsafe sqlite3_reset(statement)
        unsafe sqlite3_clear_bindings(statement)
        if unsafe handle == nil || idle[sql] != nil {
            unsafe sqlite3_finalize(statement)
        } else {
            unsafe idle[sql] = unsafe statement
        }
    }
}
