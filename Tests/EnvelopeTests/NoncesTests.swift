import SecretMemory
import Synchronization
import Testing

@testable import Envelope

struct NoncesTests {
    private let key = SecretBox(secret(run(0)))

    private func nonce(
        _ plaintext: [UInt8] = [1, 2, 3], _ associatedData: [UInt8] = run(9), key: [UInt8] = run(0),
        drawn: @escaping Nonces.Draw
    ) throws -> [UInt8] {
        plain(
            try secret(plaintext).withSpan { plaintext throws(EnvelopeError) in
                try Nonces.next(for: plaintext, associatedData: associatedData, key: secret(key), draw: drawn)
            })
    }

    @Test func `each nonce is drawn when it is needed, and nothing is drawn ahead`() throws {
        let drawn = Mutex<[Int]>([])
        for number in 1...3 {
            _ = try Seal.seal(
                unsafe run(0).span.bytes, header: [1], key: key.bytes,
                draw: { count throws(EnvelopeError) in
                    drawn.withLock { $0.append(count) }
                    return secret(run(7, count))
                })
            #expect(drawn.withLock { $0 } == [Int](repeating: 32, count: number))
        }
    }

    /// A machine with its memory, resumed twice: its kernel may give the same to both.
    @Test func `the same randomness twice makes no nonce twice for what differs`() throws {
        let same: Nonces.Draw = { count throws(EnvelopeError) in secret(run(7, count)) }
        let variants = [
            try nonce(drawn: same), try nonce([1, 2, 4], drawn: same), try nonce([1, 2, 3, 0], drawn: same),
            try nonce([1, 2], [3] + run(9), drawn: same), try nonce([1, 2, 3] + run(9), [], drawn: same),
            try nonce([], [1, 2, 3] + run(9), drawn: same), try nonce(key: run(1), drawn: same),
        ]
        #expect(Set(variants).count == variants.count)
        #expect(try nonce(drawn: same) == variants[0])
    }

    @Test func `the same sealed again has another nonce`() throws {
        let all = try (0..<1000).map { _ in try nonce(drawn: Random.open(count:)) }
        #expect(Set(all).count == 1000 && all.allSatisfy { $0.count == 12 })
    }

    @Test func `when randomness fails nothing is sealed`() {
        #expect(throws: EnvelopeError.library("drawing randomness")) {
            _ = try Seal.seal(
                unsafe run(0).span.bytes, header: [1], key: key.bytes,
                draw: { _ throws(EnvelopeError) in throw .library("drawing randomness") })
        }
    }

    @Test(arguments: [0, 1, 32, 255, 256, 257, 100_000])
    func `the kernel gives as much as is asked for`(count: Int) throws {
        let (one, other) = (plain(try Random.open(count: count)), plain(try Random.secret(count: count)))
        #expect(one.count == count && other.count == count)
        #expect(count < 32 || one != other)
        #expect(count < 32 || one.suffix(32) != [UInt8](repeating: 0, count: 32)[...])
    }

    @Test func `threads never get the same nonce`() async throws {
        let all = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
            for _ in 0..<8 {
                group.addTask { try (0..<1000).map { _ in try nonce(drawn: Random.open(count:)) } }
            }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.formUnion($1) }
        }
        #expect(all.count == 8000)
    }
}
