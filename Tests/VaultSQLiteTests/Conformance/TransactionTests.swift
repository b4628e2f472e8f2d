import Domain
import TestSupport
import Testing
import Vault

/// What any store promises of its transactions.
@Suite(.timeLimit(.minutes(2))) struct TransactionTests {
    private struct Undo: Error, Equatable {}

    @Test(arguments: StoreUnderTest.allCases)
    func `a transaction that throws leaves nothing of itself, and its error is the one thrown`(kind: StoreUnderTest)
        async throws
    {
        let bench = try await kind.make()
        let store = bench.store
        try await store.put(.app("a", 1), .app("b", 2))
        let published = Recorder<Int>()
        await #expect(throws: Undo()) {
            try await store.write { transaction in
                try transaction.put(.app("a", 9))
                try transaction.put(.app("c", 9))
                try transaction.remove(from: .app, id: "b")
                throw Undo()
            } committed: {
                published.record(1)
            }
        }
        #expect(published.all == [])
        #expect(try await store.rows(of: .app) == [.app("a", 1), .app("b", 2)])
        try await store.put(.app("d", 4))
        #expect(try await bench.reopened().store.rows(of: .app) == [.app("a", 1), .app("b", 2), .app("d", 4)])
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `the result of a transaction is what its caller and the publisher get`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        let published = Recorder<String>()
        let result = try await store.write { _ in
            "result"
        } committed: {
            published.record($0)
        }
        #expect(result == "result" && published.all == ["result"])
        #expect(try await store.read { _ in Int?.none } == nil)
        #expect(
            try await store.write { _ in
                Int?.none
            } committed: { _ in
            } == nil)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a read's error reaches the caller, and a read changes nothing`(kind: StoreUnderTest) async throws {
        let bench = try await kind.make()
        try await bench.store.put(.app("a", 1))
        await #expect(throws: Undo()) { try await bench.store.read { _ in throw Undo() } }
        await #expect(throws: (any Error).self) {
            try await bench.store.read { transaction in try transaction.put(.app("b")) }
        }
        #expect(try await bench.store.rows(of: .app) == [.app("a", 1)])
        #expect(try await bench.reopened().store.rows(of: .app) == [.app("a", 1)])
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `of a hundred writes at once none is lost, and each is published in the order of the commits`(
        kind: StoreUnderTest
    ) async throws {
        let bench = try await kind.make()
        let store = bench.store
        let published = Recorder<Int>()
        let disorders = Recorder<Int>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    _ = try await store.write { transaction -> Int in
                        let number = try transaction.row(in: .app, id: "counter")?.number ?? 0
                        // The one before must have been published before this one began.
                        if published.count != number { disorders.record(number) }
                        try transaction.put(.app("counter", number + 1))
                        return number + 1
                    } committed: { number in
                        published.record(number)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(published.all == Array(1...100))
        #expect(disorders.all == [])
        #expect(try await bench.reopened().store.rows(of: .app).first?.number == 100)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `readers beside writers see whole transactions only`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        try await store.put(.app("one", 0), .app("two", 0))
        let torn = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...40 {
                group.addTask {
                    try await store.put(.app("one", number), .app("two", number))
                    return 0
                }
                group.addTask {
                    try await store.read { transaction in
                        let one = try transaction.row(in: .app, id: "one")?.sealed
                        return try transaction.row(in: .app, id: "two")?.sealed == one ? 0 : 1
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(torn == 0)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a cancelled caller's commit is still whole`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            try await store.put(.app("a", 1))
        }
        try await task.value
        #expect(try await store.rows(of: .app) == [.app("a", 1)])
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a closed store says so to every call`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        try await store.put(.app("a"))
        try await store.close()
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await store.rows(of: .app) }, { try await store.put(.app("b")) },
        ]
        for call in calls {
            do {
                try await call()
                Issue.record("a closed store answered")
            } catch let error as StoreError {
                #expect(error.code == .closed, "\(error)")
            }
        }
    }
}
