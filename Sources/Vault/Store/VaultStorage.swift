package import Domain

/// Where one vault is kept: a file of SQLite, or a database. A program makes, opens, checks and replaces a vault by this alone; which
/// kind it is, is said in one place, where the program is put together.
package protocol VaultStorage: Sendable {
    /// The library that stores the rows.
    var library: StorageLibrary { get }

    /// What messages call the vault: its file, or its database and server.
    var place: String { get }

    /// What to do instead of making a vault where there is one: how to name another place.
    var otherPlace: String { get }

    var backups: any BackupFiles { get }

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

    /// A copy of a backup that can take the vault's place. To be called while the vault is locked for writing.
    func beginReplacement(by backup: String) throws(StoreError) -> any VaultReplacement

    /// Finishes a replacement that was interrupted after it was decided. Does nothing otherwise.
    func finishReplacement() throws(StoreError)
}

extension VaultStorage {
    /// ``place`` with its preposition.
    package var inPlace: String { place.inPlace }
}

/// Backups: each is one file of SQLite, whatever stores the vault.
package protocol BackupFiles: Sendable {
    /// Writes rows into a new file (0600) in an existing directory. It is one file, and on the disk, when this returns.
    /// - Parameter rows: calls its parameter with each row, on a thread that may block.
    func write<Result: Sendable>(
        to path: String, _ rows: @escaping @Sendable (_ put: (SealedRow) throws -> Void) throws -> Result
    ) async throws -> Result

    /// As ``VaultStorage/openCopy(in:)``, of a backup.
    func openCopy(of backup: String, in directory: String) throws(StoreError) -> any VaultStore

    /// A backup, to be read and not changed.
    func open(_ path: String) throws(StoreError) -> any ExaminableStore

    /// Whether a file begins as a backup does.
    func isBackup(_ path: String) -> Bool
}

/// The library that stores the rows, with the version that it reports.
package enum StorageLibrary: Sendable {
    case sqlite(version: String)
    case libpq(version: String)
}

/// What a database server says of itself.
package struct ServerReport: Sendable, Equatable {
    /// Its version and place.
    package let words: String
    /// Settings with which a confirmed change can be lost.
    package let warnings: [Advice]

    package init(words: String, warnings: [Advice]) {
        self.words = words
        self.warnings = warnings
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
    /// Writes a backup, the vault as it is at one moment of this call, into a new file (0600) while the vault is served. It is one
    /// file, and on the disk. Changes that are requested meanwhile are made.
    /// - Parameters:
    ///   - path: must not exist, in a directory that only this process writes to.
    ///   - compare: called with the vault as the backup has it, before anything else changes.
    /// - Returns: what `compare` returned.
    func backUp<Result: Sendable>(
        to path: String, comparing compare: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result

    /// What a server says of itself, as far as it matters to the vault; `nil` for files.
    func serverReport() async throws -> ServerReport?

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
