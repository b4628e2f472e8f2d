/// A place that a vault can be moved from, or to. Its rows are copied as they are: their seals do not depend on the place.
///
/// Of the two places of a move, one at most may be served at any moment: the copy is unfinished until the old place is left.
package protocol MigrationEnd: Sendable {
    /// What messages, and the other place, call it.
    var place: String { get }

    /// Whether it is in the state directory of this host, whose lock has to be taken first: a database gives its right to a process of
    /// the host that has it, since an earlier one must have ended.
    var isLocal: Bool { get }

    func state() throws(StoreError) -> MigrationState

    /// Keeps other processes from serving what is there, as long as the result lives. Throws `.inUse` when one does.
    /// - Returns: `nil` where nothing is that could be served.
    func lock() throws(StoreError) -> (any StorageLock)?

    /// What is there, to be read: also if it may not be served.
    func open() throws(StoreError) -> any VaultStore

    /// Copies all rows of another place, in one step. What is there and may not be served makes way.
    func receive(_ rows: any VaultStore, from place: String) async throws

    /// Leaves what is here: from now on it may not be served. May be repeated.
    /// - Returns: where it is now; `nil` when it stays where it is.
    func leave(for place: String) throws(StoreError) -> String?

    /// From now on the unfinished copy is the vault.
    func finish() throws(StoreError)
}

extension MigrationEnd {
    /// ``place`` with its preposition.
    package var inPlace: String { place.inPlace }
}

extension String {
    /// A vault's place with its preposition: `at` a path, or `in` a database.
    var inPlace: String { (hasPrefix("/") ? "at " : "in ") + self }
}

/// What is at an end of a move.
package enum MigrationState: Equatable, Sendable {
    case nothing
    case vault
    /// A copy that may not be served yet.
    case unfinished
    /// A vault that may not be served any more.
    case moved(to: String)
}
