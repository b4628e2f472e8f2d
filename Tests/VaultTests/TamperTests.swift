import Domain
import TestSupport
import Testing
import Vault

/// Somebody with write access to the store, and without its keys. Each attack is made on every table that there is: a
/// new one is attacked as soon as it is in `SealedTable.all`, and must have rows in ``FilledVault``.
@Suite struct TamperTests {
    private let filled: FilledVault

    init() async throws { filled = try await FilledVault() }

    /// Changes one row, and checks what the vault does about it: refuses to open and names the table; or, where damage
    /// loses nothing, leaves the row out and serves all the rest unchanged.
    private func attack(
        _ row: SealedRow, _ what: String, naming: Bool = true,
        change: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws {
        let way = row.table == .keySlot ? try #require(FilledVault.ways[row.id]) : "k"
        let result = try await filled.opened(by: way, after: change)
        // Nothing of the history is in memory: only an inspection can see it.
        guard row.table != .history else {
            #expect(try result.get().withoutTokens == filled.picture.withoutTokens, "\(what) in \(row.table.name)")
            return
        }
        guard SealedTable.uncounted.contains(row.table) else {
            if row.table == .state, case .failure(let error) = result, case .store(.newerFormat) = error.code { return }
            let words = naming ? (row.table == .keySlot ? "key slot" : row.table.name) : ""
            #expect(result.isDamaged(naming: words), "\(what) in \(row.table.name): \(result)")
            return
        }
        let picture = try result.get()
        #expect(picture.withoutTokens == filled.picture.withoutTokens, "\(what) in \(row.table.name)")
        for (app, original) in zip(picture.apps, filled.picture.apps) {
            #expect(app.token == nil || app.token == original.token, "\(what) in \(row.table.name)")
            #expect(app.refusals == nil || app.refusals == original.refusals, "\(what) in \(row.table.name)")
        }
        #expect(picture != filled.picture, "\(what) in \(row.table.name) went unnoticed")
    }

    private func replace(_ row: SealedRow, cells: [Cell]? = nil, sealed: [UInt8]? = nil, _ what: String) async throws {
        let changed = SealedRow(table: row.table, cells: cells ?? row.cells, sealed: sealed ?? row.sealed)
        try await attack(row, what) { transaction in
            try transaction.remove(from: row.table, id: row.id)
            try transaction.put(changed)
        }
        let findings = try await filled.inspected { transaction in
            try transaction.remove(from: row.table, id: row.id)
            try transaction.put(changed)
        }
        #expect(!findings.isEmpty, "an inspection names \(what) in \(row.table.name)")
    }

    @Test(arguments: SealedTable.all)
    func `an untouched vault opens with everything that it had`(table: SealedTable) async throws {
        #expect(try await filled.opened { _ in } == .success(filled.picture))
        #expect(try await filled.inspected { _ in }.isEmpty)
        let rows = try await filled.rows(of: table)
        #expect(
            rows.count >= ([.state, .nodeState, .keyring, .auditHead].contains(table) ? 1 : 2),
            "the vault of these tests has too few rows")
        for row in rows {
            try await filled.store.write {
                try $0.put(row)
            } committed: { _ in
            }
        }
        #expect(try await filled.opened { _ in } == .success(filled.picture))
    }

    @Test(arguments: SealedTable.all) func `a changed column is found`(table: SealedTable) async throws {
        let rows = try await filled.rows(of: table)
        for row in rows {
            for (index, cell) in row.cells.enumerated() {
                var values: [Cell] = [.text("x"), .text("")]
                switch cell {
                case .text(let text): values += [.text(text + "x"), .text(String(text.dropLast())), .text(text + " ")]
                case .integer(let number): values += [.integer(number + 1), .integer(-number), .text("\(number)")]
                case .null: break
                }
                if index > 0 { values += [.null, .integer(0)] }
                for value in values where value != cell {
                    var cells = row.cells
                    cells[index] = value
                    try await replace(row, cells: cells, "\(table.columns[index]) = \(value)")
                }
            }
        }
    }

    @Test(arguments: SealedTable.all)
    func `a changed byte of a sealed blob is found, wherever it is`(table: SealedTable) async throws {
        var dice = Dice(1)
        for row in try await filled.rows(of: table) {
            let last = row.sealed.count - 1
            let sampled = (0..<40).map { _ in dice.below(row.sealed.count) }
            for index in Set(Array(0...20) + sampled + Array((last - 8)...last)).sorted() {
                var sealed = row.sealed
                sealed[index] ^= 1 << dice.below(8)
                try await replace(row, sealed: sealed, "byte \(index) of \(last + 1)")
            }
        }
    }

    @Test(arguments: SealedTable.all) func `a blob that was cut or grew is found`(table: SealedTable) async throws {
        var dice = Dice(2)
        for row in try await filled.rows(of: table) {
            let lengths =
                [0, 1, 4, 5, 6, 32, 33, 34, row.sealed.count - 1] + (0..<5).map { _ in dice.below(row.sealed.count) }
            for length in lengths {
                try await replace(row, sealed: Array(row.sealed.prefix(length)), "cut to \(length)")
            }
            try await replace(row, sealed: row.sealed + [0], "a byte more")
            try await replace(row, sealed: row.sealed + row.sealed, "twice")
        }
    }

    @Test(arguments: SealedTable.all)
    func `two blobs that swapped places are found, within a table and between two`(table: SealedTable) async throws {
        for other in SealedTable.all {
            let first = try #require(try await filled.rows(of: table).first)
            let second = try #require(try await filled.rows(of: other).last)
            guard first != second else { continue }
            try await attack(first, "a blob of \(other.name)", naming: other == table) { transaction in
                try transaction.put(SealedRow(table: first.table, cells: first.cells, sealed: second.sealed))
            }
            guard SealedTable.uncounted.contains(other) || !SealedTable.uncounted.contains(table) else { continue }
            try await attack(first, "two blobs with \(other.name)", naming: false) { transaction in
                try transaction.put(SealedRow(table: first.table, cells: first.cells, sealed: second.sealed))
                try transaction.put(SealedRow(table: second.table, cells: second.cells, sealed: first.sealed))
            }
        }
    }

    @Test(arguments: SealedTable.all) func `a missing row is found`(table: SealedTable) async throws {
        for row in try await filled.rows(of: table) {
            guard table == .keySlot else {
                try await attack(row, "no row \(row.id)", naming: false) { transaction in
                    try transaction.remove(from: table, id: row.id)
                }
                continue
            }
            // Slots come and go by the operator's will. Without his slot a secret opens nothing, and the others go on.
            for (id, way) in FilledVault.ways {
                let result = try await filled.opened(by: way) { try $0.remove(from: table, id: row.id) }
                #expect(id == row.id ? result.code == .wrongKey : result == .success(filled.picture))
            }
        }
        let all = try await filled.opened { transaction in
            for id in try ids(transaction, table) { try transaction.remove(from: table, id: id) }
        }
        #expect((all == .success(filled.picture)) == (table == .history))
    }

    @Test(arguments: SealedTable.all)
    func `a row that is there twice is found, or changes nothing`(table: SealedTable) async throws {
        for row in try await filled.rows(of: table) {
            for id in ["0", "zzz", row.id + "0"] {
                var cells = [.text(id)] + row.cells.dropFirst()
                // What is unique the store itself would not take twice.
                for index in cells.indices where table.unique.contains(table.columns[index]) {
                    cells[index] = .text("x")
                }
                let double = SealedRow(table: table, cells: cells, sealed: row.sealed)
                let result: Result<VaultPicture, VaultError>
                do { result = try await filled.opened { try $0.put(double) } } catch let error as StoreError {
                    // Of an app's open rows there is one: neither does the store take this.
                    #expect(!table.finalStates.isEmpty && error.detail.contains("another open row"))
                    continue
                }
                if SealedTable.counted.contains(table) || table == .keySlot {
                    #expect(result.isDamaged(naming: table == .keySlot ? "key slot" : table.name))
                } else {
                    #expect(result == .success(filled.picture))
                }
            }
        }
    }

    @Test(arguments: SealedTable.all)
    func `an older row that is put back is found, or is no more than an older token`(table: SealedTable) async throws {
        let old = try await filled.rows(of: table)
        try await filled.vault.empty()
        try await filled.vault.fill(at: filled.time.now, marked: "newer")
        let new = VaultPicture(filled.vault)
        #expect(new != filled.picture)
        for row in old {
            let result = try await filled.opened { try $0.put(row) }
            if [.keyring, .keySlot, .unlockMethod, .auditHead, .outbox].contains(table) {
                #expect(result == .success(new), "these were not changed since")
            } else if SealedTable.uncounted.contains(table) {
                #expect(try result.get().withoutTokens == new.withoutTokens)
            } else {
                #expect(result.isDamaged(), "\(result)")
                let findings = try await filled.inspected { try $0.put(row) }
                #expect(findings.contains { $0.severity == .fatal }, "\(row.id): \(findings)")
            }
        }
    }

    @Test func `this host's rows that are put back together are found`() async throws {
        var old: [SealedRow] = []
        let tables = SealedTable.local + [.nodeState]
        for table in tables { old += try await filled.rows(of: table) }
        try await filled.vault.save(auditTrouble: "the log was changed")
        let result = try await filled.opened { [old] transaction in
            for table in tables {
                for id in try ids(transaction, table) { try transaction.remove(from: table, id: id) }
            }
            for row in old { try transaction.put(row) }
        }
        #expect(result.isDamaged(), "\(result)")
    }

    @Test(arguments: SealedTable.counted.filter { ![.unlockMethod, .auditHead, .outbox, .nodeState].contains($0) })
    func `a removed row does not come back`(table: SealedTable) async throws {
        let old = try await filled.rows(of: table)
        try await filled.vault.empty()
        for row in old { #expect(try await filled.opened { try $0.put(row) }.isDamaged()) }
        #expect(try await filled.opened { for row in old { try $0.put(row) } }.isDamaged())
        #expect(try await filled.opened { _ in } == .success(VaultPicture(filled.vault)))
    }

    @Test(arguments: SealedTable.all)
    func `rows of another vault do not open in this one`(table: SealedTable) async throws {
        let other = try await FilledVault()
        for (row, foreign) in zip(try await filled.rows(of: table), try await other.rows(of: table)) {
            let plain = table.columns.count - table.blindIndexes.count
            // The ID of a receipt and of a candidate is a keyed hash.
            if table == .state || table == .history {
                #expect(row.cells.last != foreign.cells.last, "the head")
            } else {
                #expect(
                    [.receipt, .candidate].contains(table) || row.cells.prefix(plain) == foreign.cells.prefix(plain))
            }
            #expect(Set(row.cells.dropFirst(plain)).isDisjoint(with: foreign.cells.dropFirst(plain)))
            // A foreign slot opens with the same key file, and gives a key that this vault's keyring does not have.
            try await attack(row, "a row of another vault", naming: table != .keySlot) { transaction in
                try transaction.remove(from: table, id: row.id)
                try transaction.put(foreign)
            }
        }
    }
}

private func ids(_ transaction: any StoreTransaction, _ table: SealedTable) throws -> [String] {
    var ids: [String] = []
    try transaction.forEachRow(in: table) { ids.append($0.id) }
    return ids
}
