package import Domain
import System

/// Files in a state directory without a vault: whether they show that there was one, which a new vault would not bring
/// back.
package struct VaultTraces: Equatable, Sendable {
    /// Names in the state directory that only a vault leaves behind.
    package let names: [String]
    /// The database that had the vault when this directory was last used.
    package let database: String?

    private static let telling = ["audit", "spool", "vault.db-wal", "vault.db.lock", "alerts.json"]

    package init(names: some Sequence<String>, database: String? = nil) {
        self.database = database
        self.names = names.filter { Self.telling.contains($0) || $0.hasPrefix("replaced-") }.sorted()
    }

    package init(in directory: String) {
        self.init(names: (try? Files.names(in: directory)) ?? [], database: StoreMarker(in: directory)?.place)
    }

    /// An operator who lost the vault must not be led to create an empty one instead. `nil` without a trace.
    package func advice(at path: String) -> Advice? {
        if let database, database != path {
            return Advice(
                "there is no vault at \(path): this host's vault is in \(database)",
                try: "set store to the URL of that database; or, to return to a file: keyturnd restore FILE")
        }
        return names.isEmpty
            ? nil
            : Advice(
                "there is no vault at \(path), although there was one: it left \(names.joined(separator: ", "))",
                try: "keyturnd restore FILE, with the newest backup")
    }
}
