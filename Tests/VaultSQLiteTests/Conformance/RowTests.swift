import TestSupport
import Testing
import Vault

/// What any store does with rows.
@Suite(.timeLimit(.minutes(2))) struct RowTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `a new store has no row in any table`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        for table in SealedTable.all { #expect(try await store.rows(of: table) == []) }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `of an app's rows the one that has not ended is found, and there is one at most`(kind: StoreUnderTest)
        async throws
    {
        let store = try await kind.make().store
        try await store.put(.app("a"), .app("b"), .app("c"))
        try await store.put(
            .rotation("1", of: "a", "retired"), .rotation("2", of: "a", "draining"), .rotation("3", of: "a", "aborted"),
            .rotation("4", of: "b", "planned"), .rotation("5", of: "c", "refused"))
        for (app, id) in [("a", "2"), ("b", "4"), ("c", nil), ("d", nil)] as [(String, String?)] {
            #expect(try await store.read { try $0.openRow(in: .rotation, ofApp: app)?.id } == id)
        }
        await #expect(throws: StoreError.self) { try await store.put(.rotation("6", of: "a", "planned")) }
        try await store.put(.rotation("2", of: "a", "blocked"))
        try await store.put(.rotation("2", of: "a", "retired"))
        try await store.put(.rotation("6", of: "a", "planned"))
        #expect(try await store.read { try $0.openRow(in: .rotation, ofApp: "a")?.id } == "6")
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a row that has ended keeps its state`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        try await store.put(.app("a"))
        for state in SealedTable.rotation.finalStates {
            try await store.put(.rotation(state, of: "a", state))
            for other in ["planned", "retired", "refused", "aborted"] where other != state {
                await #expect(throws: StoreError.self) { try await store.put(.rotation(state, of: "a", other)) }
            }
            try await store.put(.rotation(state, of: "a", state, [2]))
            #expect(try await store.read { try $0.row(in: .rotation, id: state)?.sealed } == [2])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `rows come in the order of their ids, byte by byte`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        let ids = [
            "", " ", "0", "10", "9", "A", "Z", "a", "a ", "aa", "b", "e\u{301}", "z", "é", "\u{FFFD}", "\u{1F511}",
        ]
        var dice = Dice(1)
        for id in ids.shuffled(using: &dice) { try await store.put(.app(id)) }
        let found = try await store.rows(of: .app).map { Array($0.id.utf8) }
        #expect(found == ids.map { Array($0.utf8) })
        #expect(found == found.sorted { $0.lexicographicallyPrecedes($1) })
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a row is put, replaced and removed, and its neighbours stay`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        try await store.put(.app("a", [1]), .app("b", [2]), .app("c", [3]))
        try await store.put(.app("b", [4, 5]))
        #expect(try await store.rows(of: .app) == [.app("a", [1]), .app("b", [4, 5]), .app("c", [3])])
        let removed = try await store.write { transaction in
            (
                try transaction.remove(from: .app, id: "b"), try transaction.remove(from: .app, id: "b"),
                try transaction.remove(from: .client, id: "a"), try transaction.row(in: .app, id: "b")
            )
        } committed: { _ in
        }
        #expect(removed.0 && !removed.1 && !removed.2 && removed.3 == nil)
        #expect(try await store.rows(of: .app) == [.app("a", [1]), .app("c", [3])])
        let one = try await store.read { try $0.row(in: .app, id: "c") }
        #expect(one == .app("c", [3]))
        #expect(try await store.read { try $0.row(in: .client, id: "c") } == nil)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `replacing a row replaces its plain columns too`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        try await store.put(.keySlot("1", kind: "passphrase"))
        try await store.put(.keySlot("1", kind: "recovery"))
        #expect(try await store.rows(of: .keySlot) == [.keySlot("1", kind: "recovery")])
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a transaction sees what it changed, and a row as it was until then`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        try await store.put(.app("a", [1]))
        let seen = try await store.write { transaction in
            let before = try transaction.row(in: .app, id: "a")?.sealed
            try transaction.put(.app("a", [2]))
            try transaction.put(.app("b", [3]))
            var after: [[UInt8]] = []
            try transaction.forEachRow(in: .app) { after.append($0.sealed) }
            return [before ?? []] + after
        } committed: { _ in
        }
        #expect(seen == [[1], [2], [3]])
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `texts and numbers come back as they were, whatever they are`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        let texts = [
            "", " ", "a", "'", "\"", ";--", "?", "%", "é", "e\u{301}", "\u{1F511}", "\n", "NULL", "1", "1.0",
            "\u{FFFF}",
        ]
        let numbers = [0, 1, -1, 1 << 31, 1 << 53 + 1, Int.max, Int.min]
        var rows: [SealedRow] = []
        for (index, number) in numbers.enumerated() {
            let app = SealedRow.app("app-\(index)")
            try await store.put(app)
            rows.append(SealedRow(table: .token, cells: [.text(app.id), .integer(number)], sealed: [UInt8(index)]))
        }
        for row in rows { try await store.put(row) }
        #expect(try await store.rows(of: .token) == rows)
        for text in texts { try await store.put(.keySlot("id" + text, kind: text)) }
        for text in texts {
            let row = try #require(try await store.read { try $0.row(in: .keySlot, id: "id" + text) })
            guard case .text(let found) = row.cells[1] else { throw StoreError(.library, "\(row.cells)") }
            #expect(Array(found.utf8) == Array(text.utf8) && Array(row.id.utf8) == Array(("id" + text).utf8))
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `rows are found by a column's text, byte by byte and in the order of their ids`(kind: StoreUnderTest)
        async throws
    {
        let store = try await kind.make().store
        try await store.put(.app("a"), .app("b", index: "é"), .app("c", index: "e\u{301}"), .app("d", index: "%"))
        for (id, app, place) in [("3", "a", "x"), ("1", "a", "x"), ("2", "b", "x"), ("4", "a", "y")] {
            try await store.put(.pushTarget(id, of: app, place: place))
        }
        func ids(_ table: SealedTable, _ column: String, _ text: String) async throws -> [String] {
            try await store.read { transaction in
                var ids: [String] = []
                try transaction.forEachRow(in: table, where: column, is: text) { ids.append($0.id) }
                return ids
            }
        }
        #expect(try await ids(.app, "name_index", "é") == ["b"])
        #expect(try await ids(.app, "name_index", "%") == ["d"])
        #expect(try await ids(.app, "name_index", "") == [])
        #expect(try await ids(.pushTarget, "place_index", "x") == ["1", "2", "3"])
        #expect(try await ids(.pushTarget, "app", "a") == ["1", "3", "4"])
        await #expect(throws: StoreError.self) { _ = try await ids(.app, "no_column", "x") }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `two rows do not share a unique value, and a row keeps it when it is replaced`(kind: StoreUnderTest)
        async throws
    {
        let store = try await kind.make().store
        try await store.put(.app("a", index: "x"), .app("b", index: "y"))
        await #expect(throws: (any Error).self) { try await store.put(.app("c", index: "x")) }
        await #expect(throws: (any Error).self) { try await store.put(.app("b", index: "x")) }
        #expect(try await store.rows(of: .app) == [.app("a", index: "x"), .app("b", index: "y")])
        try await store.put(.app("a", [2], index: "x"))
        try await store.put(.app("a", [2], index: "z"), .app("b", index: "x"))
        #expect(try await store.rows(of: .app) == [.app("a", [2], index: "z"), .app("b", index: "x")])
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `blobs come back byte for byte, from none to millions`(kind: StoreUnderTest) async throws {
        let bench = try await kind.make()
        var dice = Dice(2)
        let blobs: [[UInt8]] = [
            [], [0], [0, 0, 0], Array(0...255), [UInt8](repeating: 0xFF, count: 5000), dice.bytes(100_000),
            [UInt8](repeating: 7, count: 3_000_000),
        ]
        for (index, blob) in blobs.enumerated() { try await bench.store.put(.app("\(index)", blob)) }
        let rows = blobs.enumerated().map { SealedRow.app("\($0)", $1) }
        #expect(try await bench.store.rows(of: .app) == rows)
        #expect(try await bench.reopened().store.rows(of: .app) == rows)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a committed row is there in the next process, and the same ID in another table is another row`(
        kind: StoreUnderTest
    ) async throws {
        let bench = try await kind.make()
        let tables = SealedTable.all.filter { $0.columns.count == 1 }
        #expect(tables.count > 3)
        for (index, table) in tables.enumerated() {
            try await bench.store.put(
                .app("same"), .pushTarget("same", of: "same", place: ""),
                SealedRow(table: table, cells: [.text("same")], sealed: [UInt8(index)]))
        }
        let store = try await bench.reopened().store
        for (index, table) in tables.enumerated() where table != .app {
            #expect(try await store.rows(of: table).map(\.sealed) == [[UInt8(index)]])
        }
    }
}
