/// A store whose sealed rows can be read.
package protocol ReadableStore: Sendable {
    /// Runs `body` on one consistent state.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result
}

/// A store of sealed rows. Any store that passes the conformance suite can be used.
///
/// A store handles tables, plain columns and blobs; it cannot open or create seals.
package protocol SealedStore: ReadableStore {
    /// Runs `body` as one transaction: durable as a whole when this returns, rolled back as a whole when it throws.
    ///
    /// `committed` runs after the commit and before the next transaction begins, so that its effects appear in the order
    /// of the commits.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result

    /// What keeps it from saving changes now, if anything. Returns at once.
    var trouble: StoreTrouble? { get }

    /// Whether no other process can have the right to change the store at this moment. Returns at once.
    var isCertainlyOurs: Bool { get }

    /// The store must not be used afterwards.
    func close() async throws
}

extension SealedStore {
    package var trouble: StoreTrouble? { nil }
    package var isCertainlyOurs: Bool { true }
}

/// The rows of a store within one transaction.
package protocol StoreTransaction {
    /// Calls `body` with each row of the table, in the order of their ids.
    func forEachRow(in table: SealedTable, _ body: (SealedRow) throws -> Void) throws
    /// Calls `body` with each row of the table whose plain column `column` has this text, in the order of their IDs.
    func forEachRow(
        in table: SealedTable, where column: String, is text: String, _ body: (SealedRow) throws -> Void) throws
    /// Calls `body` with at most `limit` rows of the table whose IDs come after this one, in the order of their IDs.
    func forEachRow(in table: SealedTable, after id: String, limit: Int, _ body: (SealedRow) throws -> Void) throws
    func row(in table: SealedTable, id: String) throws -> SealedRow?
    /// The row of the app in this table that is in none of the table's final states.
    func openRow(in table: SealedTable, ofApp app: String) throws -> SealedRow?
    /// Inserts the row, or replaces the row with its ID. Throws if another row has the same in a unique column, if the app has
    /// another open row in this table, or if the row is in a final state and would leave it.
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
