import Vault

/// How many rows a vault has, and a hash of all of them in their order: equal for two places that have the same rows. The hash finds
/// what was lost on the way; that a row is the vault's own is shown by its seal.
struct RowCount: Equatable {
    private(set) var rows: [String: Int] = [:]
    private var hash: [String: Int] = [:]

    init(_ transaction: any StoreTransaction) throws {
        for table in SealedTable.all {
            var (count, hasher) = (0, Hasher())
            try transaction.forEachRow(in: table) { row in
                count += 1
                hasher.combine(row.cells)
                hasher.combine(row.sealed)
            }
            (rows[table.name], hash[table.name]) = (count, hasher.finalize())
        }
    }
}
