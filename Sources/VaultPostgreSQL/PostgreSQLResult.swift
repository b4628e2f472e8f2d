import CPostgreSQL
import Glibc

/// The result of one statement.
@safe struct PostgreSQLResult: ~Copyable {
    private let handle: OpaquePointer

    init(owning handle: OpaquePointer) { unsafe self.handle = unsafe handle }

    deinit { unsafe PQclear(handle) }

    /// `nil` when the statement succeeded.
    var error: ServerError? {
        switch unsafe PQresultStatus(handle) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: nil
        default: unsafe ServerError(handle)
        }
    }

    var rows: Int { unsafe Int(PQntuples(handle)) }
    var columns: Int { unsafe Int(PQnfields(handle)) }

    /// What the server calls the statement, such as `COMMIT`; a COMMIT that undid everything is called `ROLLBACK`.
    var command: String { unsafe PQcmdStatus(handle).map { unsafe String(cString: $0) } ?? "" }

    /// The number of rows that the statement changed.
    var changes: Int { unsafe PQcmdTuples(handle).flatMap { unsafe Int(String(cString: $0)) } ?? 0 }

    func value(_ row: Int, _ column: Int) throws(PostgreSQLFailure) -> PostgreSQLValue {
        let (row, column) = (Int32(clamping: row), Int32(clamping: column))
        guard unsafe PQgetisnull(handle, row, column) == 0 else { return .null }
        let bytes = unsafe UnsafeRawBufferPointer(
            start: PQgetvalue(handle, row, column), count: Int(PQgetlength(handle, row, column)))
        guard let value = unsafe PostgreSQLValue(bytes, type: PQftype(handle, column)) else {
            throw PostgreSQLFailure(.unexpected, "a column has a type that the vault's schema does not have")
        }
        return value
    }

    /// The first column of the first row as the server writes it, for statements without values, whose results are texts.
    var text: String? {
        guard rows > 0, columns > 0, unsafe PQgetisnull(handle, 0, 0) == 0 else { return nil }
        return unsafe PQgetvalue(handle, 0, 0).map { unsafe String(cString: $0) }
    }

    /// The first column of the first row; `nil` when there is no row, or another type.
    func integer() throws(PostgreSQLFailure) -> Int? {
        guard rows > 0, case .integer(let number) = try value(0, 0) else { return nil }
        return number
    }
}

/// An error or a warning that the server sent.
struct ServerError: Equatable, Sendable {
    /// Five characters, the same in every language (PostgreSQL's manual, appendix A).
    let state: String
    /// The primary message. It names roles, databases, tables and columns; the values of rows are only in the detail, which
    /// is not read.
    let message: String
    /// `ERROR`, `FATAL`, `WARNING` …, the same in every language.
    let severity: String

    init(state: String, message: String, severity: String) {
        self.state = state
        self.message = message
        self.severity = severity
    }

    init(_ result: OpaquePointer) {
        func field(_ code: Character) -> String {
            unsafe PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { unsafe String(cString: $0) } ?? ""
        }
        // PG_DIAG_SQLSTATE, PG_DIAG_MESSAGE_PRIMARY, PG_DIAG_SEVERITY_NONLOCALIZED
        self.init(state: field("C"), message: field("M"), severity: field("V"))
    }

    /// Whether the server ends the connection.
    var isFatal: Bool { severity == "FATAL" || severity == "PANIC" }
    var isWarning: Bool { severity == "WARNING" }

    /// The class of a state: its first two characters.
    func isOf(_ classes: String...) -> Bool { classes.contains(String(state.prefix(2))) }
}

/// Why a statement failed.
struct PostgreSQLFailure: Error, Equatable {
    enum Kind: Equatable {
        /// The server refused it. The transaction is over, and the connection may be usable.
        case refused(ServerError)
        /// The connection broke.
        case lost
        /// No answer came in time. The connection was given up.
        case late(Duration)
        /// The answer is not one that our statements have.
        case unexpected
    }

    let kind: Kind
    /// Words about it; none of the server's.
    let detail: String

    init(_ kind: Kind, _ detail: String = "") {
        self.kind = kind
        self.detail = detail
    }

    /// Whether the statement may have taken effect nevertheless, for all that the client knows.
    var leavesDoubt: Bool {
        switch kind {
        case .refused(let error): error.isFatal || error.isOf("08") || error.state.isEmpty
        case .lost, .late, .unexpected: true
        }
    }
}
