import CPostgreSQL
import Glibc

/// A connection to a server. Used by one thread at a time.
///
/// libpq waits for ever on a path that swallows packets, so nothing here uses its blocking calls: each call polls the socket
/// until a deadline, and a connection that missed one is closed. It sends no cancel request then: that would turn the wait for a
/// synchronous standby into a commit that no standby has.
// Its owner passes it between threads and never shares it.
@safe final class PostgreSQLConnection: @unchecked Sendable {
    /// `nil` once closed.
    private var handle: OpaquePointer?
    /// The warnings since they were last consumed.
    private let notices: Notices
    /// The server, for messages.
    let place: ServerPlace
    let limits: PostgreSQLLimits

    /// Takes over an open connection.
    init(owning handle: OpaquePointer, _ notices: Notices, _ place: ServerPlace, _ limits: PostgreSQLLimits) {
        unsafe self.handle = unsafe handle
        self.notices = notices
        self.place = place
        self.limits = limits
        unsafe PQsetnonblocking(handle, 1)
    }

    deinit { close() }

    var isOpen: Bool { unsafe handle != nil }

    func close() {
        unsafe PQfinish(handle)
        unsafe handle = nil
    }

    // MARK: Statements

    /// Runs constant statements without values in one round trip, and calls `body` with the result of each.
    func run(
        constants sql: String, _ body: (borrowing PostgreSQLResult) throws(PostgreSQLFailure) -> Void = { _ in }
    ) throws(PostgreSQLFailure) {
        let handle = unsafe try open()
        try finish(unsafe PQsendQuery(handle, sql) == 1, body)
    }

    /// - Parameter sql: one constant statement; everything that varies is in `values`, in the order of `$1`, `$2` …
    func run<Result>(
        _ sql: String, _ values: [PostgreSQLValue] = [],
        _ body: (borrowing PostgreSQLResult) throws(PostgreSQLFailure) -> Result
    ) throws(PostgreSQLFailure) -> Result {
        let handle = unsafe try open()
        guard let encoded = EncodedValues(values) else {
            throw PostgreSQLFailure(.unexpected, "a value is too long for PostgreSQL")
        }
        var found: Result?
        try finish(unsafe encoded.send(sql, on: handle)) { result throws(PostgreSQLFailure) in
            found = try body(result)
        }
        guard let found else { throw PostgreSQLFailure(.unexpected, "a statement has no result") }
        return found
    }

    /// Runs a statement without a result.
    /// - Returns: how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [PostgreSQLValue] = []) throws(PostgreSQLFailure) -> Int {
        try run(sql, values) { $0.changes }
    }

    func integer(_ sql: String, _ values: [PostgreSQLValue] = []) throws(PostgreSQLFailure) -> Int? {
        try run(sql, values) { result throws(PostgreSQLFailure) in try result.integer() }
    }

    /// The warnings that came since the last call.
    func consumeWarnings() -> [ServerError] { notices.consume() }

    /// Whether the server says that no transaction is open.
    var isIdle: Bool { unsafe handle != nil && PQtransactionStatus(handle) == PQTRANS_IDLE }

    // MARK: One call

    private func open() throws(PostgreSQLFailure) -> OpaquePointer {
        guard let handle = unsafe handle else { throw PostgreSQLFailure(.lost, "the connection was closed") }
        return unsafe handle
    }

    /// Sends the rest of what libpq was given, and hands out the results. All of them are read, whatever happens to one: otherwise
    /// the next statement would get them.
    private func finish(
        _ isAccepted: Bool, _ body: (borrowing PostgreSQLResult) throws(PostgreSQLFailure) -> Void
    ) throws(PostgreSQLFailure) {
        let deadline = ContinuousClock.now + limits.answer
        var failure: PostgreSQLFailure?
        do throws(PostgreSQLFailure) {
            guard isAccepted else { throw PostgreSQLFailure(.lost) }
            try flush(until: deadline)
            while let result = try nextResult(until: deadline) {
                guard failure == nil else { continue }
                if let error = result.error {
                    // libpq's own words have no state: the connection ended without one of the server's.
                    failure = PostgreSQLFailure(error.state.isEmpty ? .lost : .refused(error))
                    continue
                }
                do throws(PostgreSQLFailure) { try body(result) } catch { failure = error }
            }
        } catch {
            close()
            // What the server said before it went is the reason.
            throw failure ?? error
        }
        if unsafe PQstatus(handle) != CONNECTION_OK { close() }
        if let failure { throw failure }
    }

    private func flush(until deadline: ContinuousClock.Instant) throws(PostgreSQLFailure) {
        while true {
            switch unsafe PQflush(handle) {
            case 0: return
            case 1:
                try wait(POLLIN | POLLOUT, until: deadline)
                // A server that is waiting for its own answer to be read reads nothing more.
                guard unsafe PQconsumeInput(handle) == 1 else { throw PostgreSQLFailure(.lost) }
            default: throw PostgreSQLFailure(.lost)
            }
        }
    }

    private func nextResult(until deadline: ContinuousClock.Instant) throws(PostgreSQLFailure) -> PostgreSQLResult? {
        while unsafe PQisBusy(handle) == 1 {
            try wait(POLLIN, until: deadline)
            guard unsafe PQconsumeInput(handle) == 1 else {
                // A last word of the server may have arrived with the end of the connection.
                if unsafe PQisBusy(handle) == 0 { break }
                throw PostgreSQLFailure(.lost)
            }
        }
        guard let result = unsafe PQgetResult(handle) else { return nil }
        return unsafe PostgreSQLResult(owning: result)
    }

    private func wait(_ events: CInt, until deadline: ContinuousClock.Instant) throws(PostgreSQLFailure) {
        guard unsafe Readiness.wait(PQsocket(handle), events, until: deadline) else {
            throw PostgreSQLFailure(.late(limits.answer))
        }
    }
}

/// Waits on a socket.
enum Readiness {
    /// - Returns: `false` when the deadline came first.
    static func wait(_ socket: CInt, _ events: CInt, until deadline: ContinuousClock.Instant) -> Bool {
        var entry = pollfd(fd: socket, events: Int16(truncatingIfNeeded: events), revents: 0)
        while true {
            let left = deadline - .now
            guard left > .zero else { return false }
            let count = unsafe poll(&entry, 1, CInt(clamping: left.milliseconds))
            // Any other error shows when the socket is used.
            if count > 0 || (count < 0 && errno != EINTR) { return true }
        }
    }
}

/// The warnings of a connection. libpq calls it in the middle of its own calls.
final class Notices {
    private var warnings: [ServerError] = []

    /// Receives the notices of the connection, which must not outlive this object.
    func listen(to handle: OpaquePointer) {
        unsafe PQsetNoticeReceiver(
            handle,
            { context, result in
                guard let context = unsafe context, let result = unsafe result else { return }
                let notice = unsafe ServerError(result)
                let notices = unsafe Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue()
                if notice.isWarning { notices.warnings.append(notice) }
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func consume() -> [ServerError] {
        defer { warnings = [] }
        return warnings
    }
}
