import Dispatch
import Domain
import Vault

/// A vault's file without a journal, such as a backup, opened for reading. Writes nothing and creates no file beside
/// it.
final class VaultFile: ExaminableStore {
    private let connection: Connection
    /// SQLite blocks here, one call at a time.
    private let thread = DispatchQueue(label: "keyturn.vault-file")

    package init(at path: String) throws(StoreError) {
        try FileHeader.check(path)
        do {
            connection = try Connection(path: path, .readOnly)
            try connection.execute("SELECT * FROM sqlite_schema LIMIT 1")
        } catch {
            throw StoreError(sqlite: error, path: path, isOpening: true)
        }
    }

    /// Whether a file has the header of a Keyturn vault.
    package static func isVault(_ path: String) -> Bool { (try? FileHeader.check(path)) != nil }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        try await onThread { try body(SQLiteTransaction($0)) }
    }

    /// Like ``SQLiteStore/examine()``.
    package func examine() async throws -> [Finding] { try await onThread { try Examination.findings($0) } }

    package func close() { thread.sync { try? connection.close() } }

    private func onThread<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            thread.async { [connection] in
                continuation.resume(
                    with: Swift.Result {
                        do { return try body(connection) } catch let error as SQLiteError {
                            throw StoreError(sqlite: error, path: connection.path, isOpening: true)
                        }
                    })
            }
        }
    }
}
