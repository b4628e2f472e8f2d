package import Domain
import System

/// Files in a state directory without a vault: whether they show that there was one, which a new vault would not bring
/// back.
package struct VaultTraces: Equatable, Sendable {
    /// Names in the state directory that only a vault leaves behind.
    package let names: [String]
    /// The database that had the vault when this directory was last used.
    package let database: String?
    /// Whether a vault was to be moved here.
    private let isArriving: Bool

    private static let telling = ["audit", "spool", "vault.db-wal", "vault.db.lock", "alerts.json"]

    package init(names: some Sequence<String>, database: String? = nil) {
        self.database = database
        isArriving = names.contains { $0 == StoreMarker.draft(of: "vault.db") }
        self.names = names.filter { name in
            Self.telling.contains(name) || ["replaced-", "moved-"].contains { name.hasPrefix($0) }
        }.sorted()
    }

    package init(in directory: String) {
        self.init(names: (try? Files.names(in: directory)) ?? [], database: StoreMarker(in: directory)?.place)
    }

    /// An operator who lost the vault must not be led to create an empty one instead. `nil` without a trace.
    /// - Parameter words: that there is no vault, and where.
    package func advice(at place: String, words: String) -> Advice? {
        if isArriving, place.hasPrefix("/") {
            return Advice(
                "\(words): it was to be moved here, and that was interrupted",
                try: "repeat it: keyturnd migrate --from URL --to \(place)")
        }
        if let database, database != place {
            return Advice(
                "\(words): this host's vault is in \(database)",
                try:
                    "set store to the URL of that database; or, to move it here: keyturnd migrate --from URL --to \(place)"
            )
        }
        return names.isEmpty
            ? nil
            : Advice(
                "\(words), although there was one: it left \(names.joined(separator: ", "))",
                try: "keyturnd restore FILE, with the newest backup")
    }
}
