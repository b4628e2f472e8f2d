import SecretMemory
import TestSupport
import Testing

@Suite struct SecretBytesTests {
    private func secret(_ bytes: [UInt8]) -> SecretBytes { SecretBytes(copying: unsafe bytes.span.bytes) }

    private func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool { secret(one).constantTimeEquals(secret(other)) }

    @Test(arguments: [1, 2, 16, 33])
    func `every single flipped bit, and every other length, makes two secrets differ`(count: Int) {
        var dice = Dice(UInt64(count))
        let bytes = dice.bytes(count)
        #expect(equal(bytes, bytes))
        for bit in 0..<count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(!equal(bytes, changed) && !equal(changed, bytes))
        }
        #expect(!equal(bytes, bytes.dropLast()) && !equal(bytes, bytes + [0]))
    }

    @Test func `two differences do not cancel out`() {
        #expect(!equal([1, 2], [2, 1]))
        #expect(!equal([1, 1], [2, 2]))
    }

    @Test func `nothing equals nothing, and only that`() {
        #expect(equal([], []))
        #expect(!equal([], [0]))
        #expect(plain(SecretBytes(copying: "")) == [])
        #expect(plain(SecretBuffer().finish()) == [])
    }

    @Test func `new memory is zero where nobody wrote`() {
        let secret = SecretBytes(count: 4096) { _ in }
        #expect(plain(secret) == [UInt8](repeating: 0, count: 4096))
    }

    @Test func `bytes that go in come out, through a buffer in pieces of any size`() {
        var dice = Dice(1)
        for _ in 0..<200 {
            var expected: [UInt8] = []
            var buffer = SecretBuffer(capacity: dice.below(40))
            for _ in 0..<dice.below(20) {
                let piece = dice.bytes(dice.below(100))
                switch dice.below(3) {
                case 0: buffer.append(unsafe piece.span.bytes)
                case 1: buffer.append(secret(piece))
                default: for byte in piece { buffer.append(byte) }
                }
                expected += piece
            }
            #expect(buffer.count == expected.count)
            #expect((buffer.withSpan { $0.array }) == expected)
            #expect(plain(buffer.finish()) == expected)
        }
    }

    @Test(arguments: ["", "a", "é", "e\u{301}", "\u{1F511}", "a\0b"])
    func `a text goes in as its UTF-8`(text: String) {
        var buffer = SecretBuffer()
        buffer.append(text)
        #expect(plain(buffer.finish()) == Array(text.utf8))
        #expect(plain(SecretBytes(copying: text)) == Array(text.utf8))
    }
}
