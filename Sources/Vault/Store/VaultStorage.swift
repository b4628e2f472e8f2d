package import Domain

/// Where one vault is kept: a file of SQLite, or a database. A program makes, opens, checks and replaces a vault by this alone; which
/// kind it is, is said in one place, where the program is put together.
package protocol VaultStorage: Sendable {
    /// The library that stores the rows.
    var library: StorageLibrary { get }

    /// What is there. Opens nothing, and changes nothing.
    func state() throws(StoreError) -> StorageState

    /// Makes a store where there is none, and lets `fill` write what it begins with. It counts as made only when all of that is
    /// durable, so that a killed process leaves no half-made vault. An existing one is refused and not touched.
    func create(filledBy fill: @Sendable (any SealedStore) async throws -> Void) async throws

    /// Opens the vault for the one process that serves it. A replacement that was interrupted is finished first.
    func open() throws(StoreError) -> any VaultStore

    /// Keeps other processes from serving the vault as long as the result lives. Throws `.inUse` when one does.
    /// - Returns: `nil` for a vault that is only read, when nobody can serve it.
    func lock(_ access: StorageAccess) throws(StoreError) -> (any StorageLock)?

    /// A private copy of the vault, gone with its last reference. To open a vault may write to it, and what is only looked at
    /// must not change.
    /// - Parameter directory: where to make the copy.
    func openCopy(in directory: String) throws(StoreError) -> any VaultStore

    // MARK: Backups

    /// As ``openCopy(in:)``, of a backup.
    func openCopy(of backup: String, in directory: String) throws(StoreError) -> any VaultStore

    /// A backup, to be read and not changed.
    func openBackup(_ path: String) throws(StoreError) -> any ExaminableStore

    /// Whether a file begins as a backup does.
    func isBackup(_ path: String) -> Bool

    /// A copy of a backup that can take the vault's place. To be called while the vault is locked for writing.
    func beginReplacement(by backup: String) throws(StoreError) -> any VaultReplacement

    /// Finishes a replacement that was interrupted after it was decided. Does nothing otherwise.
    func finishReplacement() throws(StoreError)
}

/// A library's name and version, as it says itself.
package struct StorageLibrary: Sendable, Equatable {
    package let name: String
    package let version: String

    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}

package enum StorageState: Sendable, Equatable {
    case missing
    case present
    /// A replacement was decided, and interrupted.
    case replacing
}

/// What is done to a vault that is locked.
package enum StorageAccess: Sendable {
    /// Works on a file system that cannot be written.
    case reading
    case writing
}

/// Holds a lock as long as it lives.
package protocol StorageLock: AnyObject, Sendable {}

/// A store whose own structure can be examined.
package protocol ExaminableStore: ReadableStore {
    /// Looks at everything that can be checked without a key: pages, tables, and references between rows. Reads all of it.
    func examine() async throws -> [Finding]

    /// No call may follow.
    func close() async throws
}

/// The store of a vault that is served, or was opened to be examined.
package protocol VaultStore: SealedStore, ExaminableStore {
    /// Writes a backup, the vault as it is when this returns, into a new file (0600) while the vault is served. It is one file,
    /// and on the disk. Changes that are requested meanwhile are made between two steps.
    /// - Parameters:
    ///   - path: must not exist, in a directory that only this process writes to.
    ///   - compare: called with the vault as the backup has it, before anything else changes.
    /// - Returns: what `compare` returned.
    func backUp<Result: Sendable>(
        to path: String, comparing compare: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result

    /// Whether the vault is still where it was opened. If not, nothing can be written to it.
    var isInPlace: Bool { get }

    // One requirement out of two that this inherits.
    func close() async throws
}

/// A copy of a backup on its way into the vault's place.
package protocol VaultReplacement: Sendable {
    /// The copy, which may still be changed.
    var store: any VaultStore { get }

    /// Closes the copy and puts it in the vault's place, in one step: at any moment either of them opens.
    /// - Returns: where the old vault is now; `nil` when there was none.
    func finish() async throws -> String?

    /// Removes the copy, unless it has taken the vault's place.
    func discard() async
}
