/// Stores sealed answers that the vault could not store, in files beside it. Some files are created ahead of time, so
/// that a full disk does not prevent it.
package protocol SpoolStore: Sendable {
    /// Creates the missing spare files.
    func prepare() async throws(StoreError)

    /// Durable when this returns. Never overwrites another entry.
    func save(_ bytes: [UInt8]) async throws(StoreError) -> SpoolFile

    /// Everything that was stored and not freed, of any content.
    func files() async throws(StoreError) -> [SpoolFile]

    /// Overwrites the entry; does nothing if the file now contains something else.
    func free(_ file: SpoolFile) async throws(StoreError)
}

package struct SpoolFile: Equatable, Sendable {
    /// The path within the state directory.
    package let name: String
    /// The beginning of the file, which may be longer.
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// No spool: an answer that the vault cannot store stays in memory.
package struct NoSpool: SpoolStore {
    package init() {}
    package func prepare() async throws(StoreError) {}
    package func files() async throws(StoreError) -> [SpoolFile] { [] }
    package func free(_ file: SpoolFile) async throws(StoreError) {}
    package func save(_ bytes: [UInt8]) async throws(StoreError) -> SpoolFile {
        throw StoreError(.missing, "there is no place for a spool")
    }
}
