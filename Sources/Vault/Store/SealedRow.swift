import Domain

/// A table of the store: a few plain columns, of which the first is the row's ID, and one sealed blob.
package struct SealedTable: Hashable, Sendable {
    package let name: String
    /// All plain columns. The blind indexes come last.
    package let columns: [String]
    /// The columns that contain a keyed hash of a sealed text (``Record/indexed``), by which a row is found. The file
    /// alone reveals only which rows have the same text.
    package let blindIndexes: [String]
    /// The blind indexes whose values must be unique; the store enforces this.
    package let unique: [String]
    /// Values of the column `state` that are final: a row keeps such a state. Of an app's other rows there is one at most.
    package let finalStates: [String]

    init(
        _ name: String, _ columns: [String], unique: [String] = [], indexed: [String] = [], finalStates: [String] = []
    ) {
        self.finalStates = finalStates
        self.name = name
        self.columns = columns + unique + indexed
        self.unique = unique
        blindIndexes = unique + indexed
    }

    /// Tables whose rows must not be lost or replaced by older ones. Each row is part of the digest in the state row.
    package static let app = SealedTable("app", ["id"], unique: ["name_index", "zoom_index"])
    package static let generation = SealedTable("generation", ["id", "app", "number", "state"])
    package static let client = SealedTable("client", ["id"], unique: ["name_index"])
    package static let rotation = SealedTable(
        "rotation", ["id", "app", "state", "due_at"],
        finalStates: RotationPhase.allCases.filter(\.isFinal).map(\.rawValue))
    package static let candidate = SealedTable("candidate", ["id", "app"])
    package static let pushTarget = SealedTable(
        "target", ["id", "app"], unique: ["name_index"], indexed: ["place_index"])
    /// The unlock methods of the vault.
    package static let unlockMethod = SealedTable("unlock_method", ["id"])
    /// One row: the end of the audit log at the last commit.
    package static let auditHead = SealedTable("audit_head", ["id"])
    /// Audit events of commits, until their lines are known to be on disk. The ID is the commit's number.
    package static let outbox = SealedTable("outbox", ["id"])
    /// One row: what this node says of its audit log, and the digest of its rows.
    package static let nodeState = SealedTable("node_state", ["id"])
    package static let counted = [
        app, generation, client, rotation, candidate, pushTarget, unlockMethod, auditHead, outbox, nodeState,
    ]
    /// The counted tables that belong to one node, and are part of that node's digest. The row with that digest is part of
    /// the vault's.
    package static let local = [auditHead, outbox]

    /// Tables whose rows Zoom or the clients provide again. Sealed like the others, but not counted: damage loses
    /// nothing.
    package static let token = SealedTable("token", ["app", "expires_at"])
    package static let refusals = SealedTable("refusals", ["app"])
    package static let receipt = SealedTable("receipt", ["id", "app"])
    package static let schedulerState = SealedTable("scheduler_state", ["app"])
    package static let delivery = SealedTable("delivery", ["target"])
    /// The chain of commits, a row for each link. The ID is the commit's number. No row of it is held in memory.
    package static let history = SealedTable("history", ["id", "head"])
    package static let uncounted = [token, refusals, receipt, schedulerState, delivery, history]

    /// One row: the newest commit, the number of rows, and their digest.
    package static let state = SealedTable("state", ["id", "format", "commits", "head"])
    /// One row: the vault keys, sealed under the keyring key.
    package static let keyring = SealedTable("keyring", ["id"])
    /// The keyring key, wrapped once for each unlock method.
    package static let keySlot = SealedTable("key_slot", ["id", "kind"])

    var isCounted: Bool { Self.counted.contains(self) }
    var isLocal: Bool { Self.local.contains(self) }

    package static let all = counted + uncounted + [state, keyring, keySlot]
}

/// A value in a plain column. Plain columns are associated data of the row's seal: changing one breaks it.
package enum Cell: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case null
}

/// A row in the form in which the store has it.
package struct SealedRow: Equatable, Sendable {
    package let table: SealedTable
    /// One value for each of the table's columns, in order. The first is a text.
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
