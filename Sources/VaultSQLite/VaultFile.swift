import Dispatch
import GRDB
package import Vault

/// A vault's file without a journal, such as a backup, opened to be read. Nothing is written, and nothing is made beside it.
package final class VaultFile: ReadableStore {
    private let database: DatabaseQueue

    package init(at path: String) throws(StoreError) {
        try FileHeader.check(path)
        var configuration = Configuration()
        configuration.readonly = true
        do { database = try DatabaseQueue(path: path, configuration: configuration) } catch {
            throw StoreError(sqlite: error, path: path, isOpening: true)
        }
    }

    /// Whether a file begins as a vault of Keyturn does.
    package static func isVault(_ path: String) -> Bool { (try? FileHeader.check(path)) != nil }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        try await offThePool { try body(SQLiteTransaction($0)) }
    }

    /// As ``SQLiteStore/examine()``.
    package func examine() async throws -> [Finding] { try await offThePool { try Examination.findings($0) } }

    package func close() { try? database.close() }

    private func offThePool<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { [database] in
                continuation.resume(
                    with: Swift.Result {
                        do { return try database.inDatabase(body) } catch let error as DatabaseError {
                            throw StoreError(sqlite: error, path: database.path, isOpening: true)
                        }
                    })
            }
        }
    }
}
