package import Domain

/// Where sealed rows can be looked at.
package protocol ReadableStore: Sendable {
    /// Runs `body` on one consistent state.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result
}

/// Where sealed rows live. Any store that passes the conformance suite will do.
///
/// A store sees tables, plain columns and blobs; it can neither read nor make a seal.
package protocol SealedStore: ReadableStore {
    /// Runs `body` as one transaction: durable as a whole when this returns, undone as a whole when it throws.
    ///
    /// `committed` runs after the commit and before the next transaction begins, so that what it publishes
    /// appears in the order of the commits.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result

    /// Takes or renews the lease `name` for `holder` until `expiry`. Another holder's lease is taken over only when
    /// it expired by `now`.
    /// - Returns: the fencing number of the lease, one more each time it changes hands; `nil` when another holds it.
    func acquireLease(_ name: String, holder: String, now: Timestamp, expiry: Timestamp) async throws -> Int?

    /// Gives the lease back, if `holder` has it.
    func releaseLease(_ name: String, holder: String) async throws

    /// No call may follow.
    func close() async throws
}

/// The rows of a store, within one transaction.
package protocol StoreTransaction {
    /// Calls `body` with each row of the table, in the order of their ids.
    func forEachRow(in table: SealedTable, _ body: (SealedRow) throws -> Void) throws
    /// Calls `body` with each row of the table whose plain column `column` holds this text, in the order of their ids.
    func forEachRow(
        in table: SealedTable, where column: String, is text: String, _ body: (SealedRow) throws -> Void) throws
    /// Calls `body` with at most `limit` rows of the table whose ids come after this one, in the order of their ids.
    func forEachRow(in table: SealedTable, after id: String, limit: Int, _ body: (SealedRow) throws -> Void) throws
    func row(in table: SealedTable, id: String) throws -> SealedRow?
    /// Inserts the row or replaces the one with its id. Throws if another row has the same in a unique column.
    func put(_ row: SealedRow) throws
    /// - Returns: whether there was such a row.
    @discardableResult func remove(from table: SealedTable, id: String) throws -> Bool
}

extension StoreTransaction {
    /// Calls `body` with each row of the table that belongs to the app.
    func forEachRow(in table: SealedTable, ofApp app: String, _ body: (SealedRow) throws -> Void) throws {
        try forEachRow(in: table, where: "app", is: app, body)
    }
}
