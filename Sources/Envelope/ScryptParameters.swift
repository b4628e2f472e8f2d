/// The cost of guessing a passphrase, stored in the slot that the passphrase opens.
///
/// A crafted slot could demand all memory of the host. The bounds therefore apply to stored slots as well as to new
/// ones.
package struct ScryptParameters: Sendable, Equatable {
    /// The binary logarithm of N, 14 to 20.
    package let logN: UInt8
    /// The block size, 8 to 16.
    package let r: UInt8
    /// The number of passes, 1 to 4.
    package let p: UInt8

    /// N = 2^17, r = 8, p = 1: 128 MiB and about half a second.
    package static let standard = ScryptParameters(unchecked: (17, 8, 1))
    /// N = 2^14, the lowest accepted cost: 16 MiB. For tests.
    package static let least = ScryptParameters(unchecked: (14, 8, 1))

    package init(logN: UInt8, r: UInt8, p: UInt8) throws(EnvelopeError) {
        self.init(unchecked: (logN, r, p))
        guard (14...20).contains(logN), (8...16).contains(r), (1...4).contains(p), memory <= 1 << 30 + 1 << 20 else {
            throw .outOfRange("scrypt takes N of 2^14 to 2^20, r of 8 to 16, p of 1 to 4 and 1 GiB at most")
        }
    }

    private init(unchecked: (logN: UInt8, r: UInt8, p: UInt8)) { (logN, r, p) = unchecked }

    var n: UInt64 { 1 << UInt64(logN) }

    /// The memory that scrypt needs, in bytes: N + 2 blocks of 128 × r for the table and its work, p blocks for the
    /// passes.
    var memory: UInt64 { 128 * UInt64(r) * (n + 2 + UInt64(p)) }
}
