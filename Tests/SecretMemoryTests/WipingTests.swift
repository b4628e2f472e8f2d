import SecretMemory
import TestSupport
import Testing

/// Each test has a marker of its own and looks for it in all of the process's memory, freed memory included. That the
/// marker is found while its secret lives shows that the scan would see what was left behind.
@Suite struct WipingTests {
    private struct Refused: Error {}

    @Test(arguments: [64, 100, 1000, 70_000, 3_000_000])
    func `a secret's memory holds nothing of it once its owner is gone`(count: Int) throws {
        let marker = Marker(UInt64(count), count: count)
        do {
            let secret = marker.secret()
            #expect(try MemoryScan.occurrences(of: marker) == 1)
            #expect(try MemoryScan.occurrences(of: marker, from: count - 48) == 1)
            #expect(secret.count == count)
        }
        #expect(try MemoryScan.occurrences(of: marker) == 0)
        #expect(try MemoryScan.occurrences(of: marker, from: count - 48) == 0)
    }

    @Test func `bytes written before the filling failed are wiped`() throws {
        let marker = Marker(2, count: 500)
        #expect(throws: Refused.self) {
            _ = try SecretBytes(count: marker.count) { span throws(Refused) in
                for index in 0..<marker.count {
                    span.storeBytes(of: marker[index], toByteOffset: index, as: UInt8.self)
                }
                throw Refused()
            }
        }
        #expect(try MemoryScan.occurrences(of: marker) == 0)
    }

    @Test func `a copy has an end of its own`() throws {
        let marker = Marker(3, count: 200)
        do {
            let original = marker.secret()
            do {
                let copy = original.copy()
                #expect(try MemoryScan.occurrences(of: marker) == 2)
                #expect(copy.count == original.count)
            }
            #expect(try MemoryScan.occurrences(of: marker) == 1)
            #expect(original.count == 200)
        }
        #expect(try MemoryScan.occurrences(of: marker) == 0)
    }

    @Test(arguments: [1, 7, 1000])
    func `a buffer that grows leaves nothing behind, byte by byte or in pieces`(piece: Int) throws {
        let marker = Marker(100 + UInt64(piece), count: 5000)
        do {
            var buffer = SecretBuffer(capacity: 16)
            for start in stride(from: 0, to: marker.count, by: piece) {
                buffer.append(marker.secret(from: start, count: min(piece, marker.count - start)))
            }
            #expect(buffer.count == marker.count)
            for start in [0, 20, 1000, 4952] {
                #expect(try MemoryScan.occurrences(of: marker, from: start) == 1)
            }
            let finished = buffer.finish()
            #expect(finished.count == marker.count)
            for start in [0, 20, 1000, 4952] {
                #expect(try MemoryScan.occurrences(of: marker, from: start) == 1)
            }
        }
        for start in [0, 20, 1000, 4952] { #expect(try MemoryScan.occurrences(of: marker, from: start) == 0) }
    }

    @Test func `a buffer that is dropped unfinished is wiped`() throws {
        let marker = Marker(5, count: 300)
        do {
            var buffer = SecretBuffer()
            for index in 0..<marker.count { buffer.append(marker[index]) }
            #expect(try MemoryScan.occurrences(of: marker) == 1)
            #expect(buffer.count == 300)
        }
        #expect(try MemoryScan.occurrences(of: marker) == 0)
    }

    @Test func `a box is wiped when the last of its owners lets go, and not before`() throws {
        let marker = Marker(6, count: 300)
        var first: SecretBox? = SecretBox(marker.secret())
        var second = first
        #expect(try MemoryScan.occurrences(of: marker) == 1)
        first = nil
        #expect(try MemoryScan.occurrences(of: marker) == 1)
        #expect(first == nil && second != nil)
        second = nil
        #expect(try MemoryScan.occurrences(of: marker) == 0)
    }
}
