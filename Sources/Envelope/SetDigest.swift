import SecretMemory

/// A keyed digest over a set of rows: the XOR of one code for each row, so that a row is added, removed or replaced in
/// one step and in any order. Combining the same code twice removes it, so each row counts once.
///
/// Store it sealed: an attacker who sees a digest and can write rows could look for rows that cancel out.
package struct SetDigest: Sendable, Equatable {
    package static let length = 32

    private var code: InlineArray<32, UInt8>

    /// The digest of an empty set.
    package init() { code = InlineArray(repeating: 0) }

    /// A stored digest. Throws ``EnvelopeError/damaged`` unless there are 32 bytes.
    package init(bytes: RawSpan) throws(EnvelopeError) {
        guard bytes.byteCount == Self.length else { throw .damaged }
        code = InlineArray { bytes[$0] }
    }

    init(code key: MACKey, of message: RawSpan) throws(EnvelopeError) {
        self.init()
        var span = code.mutableSpan
        var bytes = unsafe span.mutableBytes
        try key.authenticate(message, into: &bytes)
    }

    package var bytes: [UInt8] { unsafe code.span.bytes.array }

    /// Adds the rows of `other`, or removes those that are in the set.
    package mutating func combine(_ other: SetDigest) {
        for index in code.indices { code[index] ^= other.code[index] }
    }

    /// The time does not depend on the values.
    package static func == (one: SetDigest, other: SetDigest) -> Bool {
        unsafe one.code.span.bytes.constantTimeEquals(other.code.span.bytes)
    }
}
