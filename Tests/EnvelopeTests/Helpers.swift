import SecretMemory

@testable import Envelope

/// The bytes that hexadecimal digits stand for.
func hex(_ digits: String) -> [UInt8] {
    let values = digits.utf8.map { UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 0) }
    return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
}

/// `count` bytes that count up from `first`.
func run(_ first: UInt8, _ count: Int = 32) -> [UInt8] { (0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) } }

func secret(_ bytes: [UInt8]) -> SecretBytes { SecretBytes(copying: bytes) }

/// What is in a secret, for comparing in tests.
func plain(_ secret: borrowing SecretBytes) -> [UInt8] { secret.withSpan { $0.array } }

func text(_ secret: borrowing SecretBytes) -> String { String(decoding: plain(secret), as: UTF8.self) }

extension Array {
    func mapping(_ index: Int, _ change: (Element) -> Element) -> [Element] {
        var changed = self
        changed[index] = change(self[index])
        return changed
    }
}

extension Keyring {
    func seal(
        _ plaintext: [UInt8], table: String = "app", row: String = "1", associatedData: AssociatedData = [:]
    ) throws(EnvelopeError) -> [UInt8] {
        try secret(plaintext).withSpan { plaintext throws(EnvelopeError) in
            try seal(plaintext, table: table, row: row, associatedData: associatedData)
        }
    }

    /// The plaintext, or the class of failure.
    func opened(
        _ sealed: [UInt8], table: String = "app", row: String = "1", associatedData: AssociatedData = [:]
    ) -> Result<[UInt8], EnvelopeError> {
        do {
            return .success(plain(try open(sealed, table: table, row: row, associatedData: associatedData)))
        } catch {
            return .failure(error)
        }
    }
}
