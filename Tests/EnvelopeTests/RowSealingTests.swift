import SecretMemory
import Testing

@testable import Envelope

struct RowSealingTests {
    /// Epochs 1, 3 and 4, of which 4 seals.
    private let keyring: Keyring
    private let columns: AssociatedData = ["state": .text("live"), "due": .integer(7), "note": .null]

    init() throws {
        keyring = try Keyring.generate().addingEpoch().addingEpoch().addingEpoch().droppingEpoch(2)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 300, 100_000])
    func `a sealed row opens, with 33 bytes around it`(count: Int) throws {
        let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = try keyring.seal(plaintext, associatedData: columns)
        #expect(sealed.count == count + 33)
        #expect(sealed.starts(with: [1, 0, 0, 0, 4]))
        #expect(keyring.opened(sealed, associatedData: columns) == .success(plaintext))
    }

    @Test func `a row with any bit flipped does not open`() throws {
        let sealed = try keyring.seal(run(0, 20), associatedData: columns)
        for bit in 0..<sealed.count * 8 {
            let flipped = sealed.mapping(bit / 8) { $0 ^ 1 << UInt8(bit % 8) }
            let epoch = flipped[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let expected: EnvelopeError =
                switch bit {
                case 0..<8: .unknownFormat
                case 8..<40: .unknownEpoch(epoch)
                default: .notAuthentic
                }
            #expect(keyring.opened(flipped, associatedData: columns) == .failure(expected), "bit \(bit)")
        }
    }

    @Test func `a row cut off anywhere or with a byte too many does not open`() throws {
        let sealed = try keyring.seal(run(0, 20), associatedData: columns)
        for count in 0..<sealed.count {
            let expected: EnvelopeError = count < 33 ? .tooShort : .notAuthentic
            #expect(keyring.opened(Array(sealed.prefix(count)), associatedData: columns) == .failure(expected))
        }
        #expect(keyring.opened(sealed + [0], associatedData: columns) == .failure(.notAuthentic))
    }

    @Test(arguments: [
        ("app", "2"), ("client", "1"), ("", "app1"), ("app1", ""), ("ap", "p1"), ("1", "app"), ("App", "1"),
    ])
    func `a row put into another place does not open`(table: String, row: String) throws {
        let sealed = try keyring.seal(run(0, 20), associatedData: columns)
        #expect(keyring.opened(sealed, table: table, row: row, associatedData: columns) == .failure(.notAuthentic))
    }

    static let otherColumns: [AssociatedData] = [
        [:],
        ["state": .text("live"), "due": .integer(7)],
        ["state": .text("live"), "due": .integer(7), "note": .text("")],
        ["state": .text("live"), "due": .integer(7), "note": .integer(0)],
        ["state": .text("live"), "due": .integer(8), "note": .null],
        ["state": .text("live"), "due": .text("7"), "note": .null],
        ["state": .text("Live"), "due": .integer(7), "note": .null],
        ["State": .text("live"), "due": .integer(7), "note": .null],
        ["due": .integer(7), "state": .text("live"), "note": .null],
        ["state": .text("live"), "due": .integer(7), "note": .null, "more": .null],
        ["statel": .text("ive"), "due": .integer(7), "note": .null],
    ]

    @Test(arguments: otherColumns)
    func `a row beside changed columns does not open`(changed: AssociatedData) throws {
        let sealed = try keyring.seal(run(0, 20), associatedData: columns)
        #expect(keyring.opened(sealed, associatedData: changed) == .failure(.notAuthentic))
    }

    @Test func `a row that claims another epoch does not open`() throws {
        let sealed = try keyring.seal(run(0, 20))
        for (epoch, expected) in [
            (0, .unknownEpoch(0)), (1, .notAuthentic), (2, .unknownEpoch(2)), (3, .notAuthentic), (5, .unknownEpoch(5)),
        ] as [(UInt8, EnvelopeError)] {
            #expect(keyring.opened(sealed.mapping(4) { _ in epoch }) == .failure(expected))
        }
    }

    @Test func `two rows that exchange headers or nonces do not open`() throws {
        let older = try Keyring.generate()
        let newer = try older.addingEpoch()
        let (one, two) = (try older.seal(run(0, 20)), try newer.seal(run(0, 20)))
        #expect(newer.opened(one) == newer.opened(two))
        for length in [5, 17] {
            #expect(newer.opened(Array(one[..<length] + two[length...])) == .failure(.notAuthentic))
            #expect(newer.opened(Array(two[..<length] + one[length...])) == .failure(.notAuthentic))
        }
    }

    @Test func `another vault does not open a row`() throws {
        let sealed = try keyring.seal(run(0, 20))
        #expect(
            try Keyring.generate().addingEpoch().addingEpoch().addingEpoch().opened(sealed) == .failure(.notAuthentic))
    }

    @Test func `a row tells its epoch, unless it is none`() throws {
        let sealed = try keyring.seal([])
        #expect(try Keyring.epoch(ofSealed: sealed) == 4)
        #expect(throws: EnvelopeError.tooShort) { try Keyring.epoch(ofSealed: sealed.dropLast()) }
        #expect(throws: EnvelopeError.unknownFormat) { try Keyring.epoch(ofSealed: sealed.mapping(0) { _ in 2 }) }
    }

    @Test func `no nonce serves twice in 20,000 seals`() throws {
        var nonces = Set<[UInt8]>()
        for _ in 0..<20_000 { nonces.insert(Array(try keyring.seal([])[5..<17])) }
        #expect(nonces.count == 20_000)
    }

    @Test func `many threads seal and open with one keyring`() async throws {
        let keyring = keyring
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for row in 0..<200 {
                        let sealed = try keyring.seal(run(UInt8(task)), row: "\(row)")
                        #expect(keyring.opened(sealed, row: "\(row)") == .success(run(UInt8(task))))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
