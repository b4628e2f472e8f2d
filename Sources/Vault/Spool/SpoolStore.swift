/// Where sealed answers lie that the vault could not take: files beside it, some of them made ahead of time, so that a
/// full disk does not stand in the way.
package protocol SpoolStore: Sendable {
    /// Makes the spare files that are missing.
    func prepare() async throws(StoreError)

    /// Durable when this returns. Never overwrites what was kept before.
    func keep(_ bytes: [UInt8]) async throws(StoreError) -> SpoolFile

    /// All that was kept and not freed, whatever it is.
    func files() async throws(StoreError) -> [SpoolFile]

    /// Overwrites what was kept there, and does nothing if something else is there now.
    func free(_ file: SpoolFile) async throws(StoreError)
}

package struct SpoolFile: Equatable, Sendable {
    /// As an operator finds it in the state directory.
    package let name: String
    /// From its beginning. There may be more in the file.
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// No place at all: what the vault cannot take stays in memory.
package struct NoSpool: SpoolStore {
    package init() {}
    package func prepare() async throws(StoreError) {}
    package func files() async throws(StoreError) -> [SpoolFile] { [] }
    package func free(_ file: SpoolFile) async throws(StoreError) {}
    package func keep(_ bytes: [UInt8]) async throws(StoreError) -> SpoolFile {
        throw StoreError(.missing, "there is no place for a spool")
    }
}
