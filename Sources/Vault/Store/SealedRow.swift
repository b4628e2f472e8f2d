/// A table of the store: a few plain columns, of which the first is the row's id, and one sealed blob.
package struct SealedTable: Hashable, Sendable {
    package let name: String
    package let columns: [String]

    init(_ name: String, _ columns: [String]) {
        self.name = name
        self.columns = columns
    }

    /// What must not be lost or put back. Each row counts in the digest that the state row keeps.
    package static let app = SealedTable("app", ["id"])
    package static let generation = SealedTable("generation", ["id", "app", "number", "state"])
    package static let client = SealedTable("client", ["id"])
    package static let rotation = SealedTable("rotation", ["id", "app", "state", "due_at"])
    package static let pushTarget = SealedTable("target", ["id", "app"])
    /// The ways in that the vault knows.
    package static let way = SealedTable("way", ["id"])
    package static let counted = [app, generation, client, rotation, pushTarget, way]

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
