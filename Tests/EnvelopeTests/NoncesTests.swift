import SecretMemory
import Synchronization
import Testing

@testable import Envelope

struct NoncesTests {
    /// Draws batches that are all zeros but for their number, and counts them.
    private final class Draws: Sendable {
        let count = Mutex(UInt8(0))

        func draw(_ length: Int) -> SecretBytes {
            let number = count.withLock { count in
                count += 1
                return count
            }
            return secret([UInt8](repeating: number, count: length))
        }
    }

    @Test func `a batch is handed out to its end, then another is drawn`() throws {
        let draws = Draws()
        let nonces = Nonces(draw: { draws.draw($0) }, process: { 1 })
        for _ in 0..<256 { #expect(plain(try nonces.next()) == [UInt8](repeating: 1, count: 12)) }
        #expect(plain(try nonces.next()) == [UInt8](repeating: 2, count: 12))
    }

    @Test func `a forked process does not hand out its parent's nonces`() throws {
        let draws = Draws()
        let process = Mutex(Int32(1))
        let nonces = Nonces(draw: { draws.draw($0) }, process: { process.withLock { $0 } })
        #expect(plain(try nonces.next())[0] == 1)
        process.withLock { $0 = 2 }
        #expect(plain(try nonces.next())[0] == 2)
        #expect(plain(try nonces.next())[0] == 2)
    }

    @Test func `when randomness fails no nonce comes out, and later ones are fresh`() throws {
        let draws = Draws()
        let broken = Mutex(true)
        let nonces = Nonces(
            draw: { length throws(EnvelopeError) in
                if broken.withLock({ $0 }) { throw .library("drawing randomness") }
                return draws.draw(length)
            }, process: { 1 })
        #expect(throws: EnvelopeError.library("drawing randomness")) { _ = try nonces.next() }
        broken.withLock { $0 = false }
        #expect(plain(try nonces.next())[0] == 1)
    }

    @Test func `threads never get the same nonce`() async throws {
        let nonces = Nonces()
        let all = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
            for _ in 0..<8 { group.addTask { try (0..<1000).map { _ in plain(try nonces.next()) } } }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.formUnion($1) }
        }
        #expect(all.count == 8000)
    }
}
