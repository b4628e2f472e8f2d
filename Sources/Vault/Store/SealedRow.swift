/// A table of the store: a few plain columns, of which the first is the row's id, and one sealed blob.
package struct SealedTable: Hashable, Sendable {
    package let name: String
    /// All plain columns. The blind indexes come last.
    package let columns: [String]
    /// The columns that hold a keyed hash of something that is sealed (``Record/indexed``): a row is found by it, and whoever
    /// has only the file learns no more than which rows have the same.
    package let blindIndexes: [String]
    /// Of these, the ones that no two rows share, whatever the program believes.
    package let unique: [String]

    init(_ name: String, _ columns: [String], unique: [String] = [], indexed: [String] = []) {
        self.name = name
        self.columns = columns + unique + indexed
        self.unique = unique
        blindIndexes = unique + indexed
    }

    /// What must not be lost or put back. Each row counts in the digest that the state row keeps.
    package static let app = SealedTable("app", ["id"], unique: ["name_index"])
    package static let generation = SealedTable("generation", ["id", "app", "number", "state"])
    package static let client = SealedTable("client", ["id"], unique: ["name_index"])
    package static let rotation = SealedTable("rotation", ["id", "app", "state", "due_at"])
    package static let pushTarget = SealedTable(
        "target", ["id", "app"], unique: ["name_index"], indexed: ["place_index"])
    /// The ways in that the vault knows.
    package static let way = SealedTable("way", ["id"])
    /// One row: where the audit log ended at the last commit.
    package static let auditHead = SealedTable("audit_head", ["id"])
    /// What the audit log is to tell of commits, until it is known to be on disk there. The id is the commit's number.
    package static let outbox = SealedTable("outbox", ["id"])
    package static let counted = [app, generation, client, rotation, pushTarget, way, auditHead, outbox]

    /// What Zoom or the clients give again for the asking. Sealed like the others, and not counted: damage here loses
    /// nothing.
    package static let token = SealedTable("token", ["app", "expires_at"])
    package static let refusals = SealedTable("refusals", ["app"])
    package static let receipt = SealedTable("receipt", ["id", "app", "client"])
    package static let upkeep = SealedTable("upkeep", ["app"])
    package static let delivery = SealedTable("delivery", ["target"])
    package static let uncounted = [token, refusals, receipt, upkeep, delivery]

    /// One row: how many rows there are, their digest, and how many commits there were.
    package static let state = SealedTable("state", ["id"])
    /// One row: the vault keys, sealed under the keyring key.
    package static let keyring = SealedTable("keyring", ["id"])
    /// The keyring key, wrapped once for each way in.
    package static let keySlot = SealedTable("key_slot", ["id", "kind"])

    var isCounted: Bool { Self.counted.contains(self) }

    package static let all = counted + uncounted + [state, keyring, keySlot]
}

/// A value in a plain column. Plain columns are associated data of the row's seal: to change one breaks it.
package enum Cell: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case null
}

/// A row as the store keeps it.
package struct SealedRow: Equatable, Sendable {
    package let table: SealedTable
    /// One for each of the table's columns, in their order. The first is a text.
    package let cells: [Cell]
    package let sealed: [UInt8]

    package init(table: SealedTable, cells: [Cell], sealed: [UInt8]) {
        precondition(cells.count == table.columns.count, "a cell for each column")
        self.table = table
        self.cells = cells
        self.sealed = sealed
    }

    package var id: String {
        if case .text(let id)? = cells.first { id } else { "" }
    }
}
