import SecretMemory
import Testing

@testable import Envelope

struct RecoveryKeyTests {
    private func read(_ typed: String) -> Result<[UInt8], EnvelopeError> {
        do throws(EnvelopeError) {
            let key = try secret(Array(typed.utf8)).withSpan { typed throws(EnvelopeError) in
                try RecoveryKey(reading: typed)
            }
            return .success(plain(key.bytes))
        } catch {
            return .failure(error)
        }
    }

    @Test func `a recovery key reads back as it was shown`() throws {
        for _ in 0..<100 {
            let key = try RecoveryKey.generate()
            let shown = text(try key.rendered())
            #expect(shown.split(separator: "-").map(\.count) == [Int](repeating: 4, count: 9))
            #expect(read(shown) == .success(plain(key.bytes)))
        }
        #expect(try !RecoveryKey.generate().bytes.constantTimeEquals(RecoveryKey.generate().bytes))
    }

    @Test func `a recovery key may be typed in any case, with or without dashes, with look-alike letters`() {
        let right = read(frozenRecoveryKey)
        #expect(right == .success(run(0xf0, 20)))
        #expect(read(frozenRecoveryKey.lowercased()) == right)
        #expect(read(frozenRecoveryKey.filter { $0 != "-" }) == right)
        #expect(read(" \t" + frozenRecoveryKey.map { "\($0) " }.joined() + "\r\n") == right)
        for (digit, letters) in [("0", "Oo"), ("1", "IiLl")] {
            let key = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ"
            let whole = withChecksum(key)
            #expect(whole.contains(digit))
            for letter in letters {
                #expect(read(whole.replacing(digit, with: String(letter))) == read(whole))
            }
        }
    }

    @Test func `a wrong character in any place is a typing error`() {
        let right = Array(frozenRecoveryKey)
        for index in right.indices where right[index] != "-" {
            for wrong in "0123456789ABCDEFGHJKMNPQRSTVWXYZU*" where wrong != right[index] {
                let typed = String(right.mapping(index) { _ in wrong })
                #expect(read(typed) == .failure(.mistyped), "\(typed)")
            }
        }
    }

    @Test func `exchanged, missing and surplus characters are typing errors`() {
        let right = Array(frozenRecoveryKey.filter { $0 != "-" })
        for index in right.indices.dropLast() where right[index] != right[index + 1] {
            var typed = right
            typed.swapAt(index, index + 1)
            #expect(read(String(typed)) == .failure(.mistyped))
        }
        for count in 0..<right.count { #expect(read(String(right.prefix(count))) == .failure(.mistyped)) }
        #expect(read(frozenRecoveryKey + "0") == .failure(.mistyped))
        #expect(read(String(repeating: "0", count: 10_000)) == .failure(.mistyped))
        #expect(read(frozenRecoveryKey.replacing("-", with: "–")) == .failure(.mistyped), "no other dashes")
    }

    /// The key of these 32 characters as it would be shown.
    private func withChecksum(_ characters: String) -> String {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let values = characters.filter { $0 != "-" }.compactMap { alphabet.firstIndex(of: $0) }
        let bits = values.flatMap { value in (0..<5).map { value >> (4 - $0) & 1 } }
        let bytes = stride(from: 0, to: bits.count, by: 8).map { UInt8(bits[$0..<$0 + 8].reduce(0) { $0 << 1 | $1 }) }
        guard let checksum = try? Checksum.of(bytes, purpose: "keyturn recovery key checksum v1", count: 3) else {
            return ""
        }
        let sum = checksum.reduce(0) { $0 << 8 | Int($1) } >> 4
        return characters + "-" + String([15, 10, 5, 0].map { alphabet[sum >> $0 & 31] })
    }
}
