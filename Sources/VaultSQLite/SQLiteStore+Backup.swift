import Dispatch
import Glibc
import Synchronization
import System
package import Vault

extension SQLiteStore {
    /// The pages of one step, 256 KiB: a write waits for one step at most.
    private static let pagesPerStep: Int32 = 64

    /// Writes a copy of the vault into a new file (0600) while the vault is in use. The copy is the vault's state at
    /// the moment when this returns.
    ///
    /// The copy is one file without a journal, and is synced. Changes requested meanwhile are made between two steps.
    /// - Parameters:
    ///   - path: must not exist, in a directory that only this process uses.
    ///   - compare: called with the vault in the state of the copy, before anything else changes.
    /// - Returns: the result of `compare`.
    package func backUp<Result: Sendable>(
        to path: String, comparing compare: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        let file = try StoreError.wrapping { () throws(SystemError) in try File(creating: path) }
        try await begin(path)
        do {
            var result: Result?
            while result == nil {
                result = try await onConnection { [self] connection -> Result? in
                    try backup.withLock { backup in
                        guard let now = backup else { throw StoreError(.closed, "the vault was closed") }
                        guard try !now.step(pages: Self.pagesPerStep) else { return nil }
                        let result = try compare(SQLiteTransaction(connection))
                        try now.finish()
                        backup = nil
                        return result
                    }
                }
            }
            try await Self.makeSingle(path)
            try StoreError.wrapping { () throws(SystemError) in try file.sync() }
            guard let result else { throw StoreError(.closed, "the vault was closed") }
            return result
        } catch {
            try? await onConnection { [self] _ in endBackup() }
            throw error
        }
    }

    private func begin(_ path: String) async throws {
        try await onConnection { [self] connection in
            try backup.withLock { backup in
                guard backup == nil else { throw StoreError(.inUse, "another backup is running") }
                backup = try OnlineBackup(of: connection, into: path)
            }
        }
    }

    /// Call it on the store's thread.
    func endBackup() {
        backup.withLock { backup in
            backup?.end()
            backup = nil
        }
    }

    /// Removes the WAL mark: a copy of a vault in WAL mode is marked as WAL too, although it has no log and needs none.
    private static func makeSingle(_ path: String) async throws {
        do {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                DispatchQueue.global().async {
                    continuation.resume(
                        with: Swift.Result {
                            let copy = try Connection(path: path)
                            guard try copy.texts("PRAGMA journal_mode = DELETE") == ["delete"] else {
                                throw StoreError(
                                    .inputOutput, "\(path) could not be converted to a file without a journal")
                            }
                            try copy.close()
                        })
                }
            }
        } catch {
            throw StoreError(sqlite: error, path: path)
        }
    }
}
