extension RawSpan {
    /// The byte at `offset`, which must be within the span.
    @inlinable public subscript(offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < byteCount, "offset outside the span")
        return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// Whether both spans contain the same bytes. The time depends only on the lengths.
    package func constantTimeEquals(_ other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        var difference: UInt8 = 0
        for offset in 0..<byteCount { difference |= self[offset] ^ other[offset] }
        return difference == 0
    }

    /// The bytes as an ordinary array. Not for secrets.
    package var array: [UInt8] { unsafe withUnsafeBytes { unsafe [UInt8]($0) } }
}

extension MutableRawSpan {
    /// Copies `source` to `offset`. All of it must fit.
    package mutating func write(_ source: RawSpan, at offset: Int) {
        precondition(offset >= 0 && offset + source.byteCount <= byteCount, "write outside the span")
        unsafe withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { bytes in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: bytes)
            }
        }
    }
}
