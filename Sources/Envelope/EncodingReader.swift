import SecretMemory

// The one way to encode several values as bytes. Each value shows where it ends (a text by its length, a number by its
// size), so that no two lists of values have the same encoding.

extension [UInt8] {
    /// Big-endian, in as many bytes as the type has.
    package mutating func append(bigEndian value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// The length in bytes (UInt32), then the UTF-8 unchanged: texts that look alike stay different.
    package mutating func append(text: String) {
        let utf8 = text.utf8
        precondition(utf8.count <= UInt32.max, "a text of 4 GiB is a bug of the caller")
        append(bigEndian: UInt32(utf8.count))
        append(contentsOf: utf8)
    }

    /// The length (UInt32), then the bytes.
    package mutating func append(counted bytes: [UInt8]) {
        precondition(bytes.count <= UInt32.max, "4 GiB are a bug of the caller")
        append(bigEndian: UInt32(bytes.count))
        append(contentsOf: bytes)
    }

    /// Several texts in a row.
    init(texts: String...) {
        self = []
        reserveCapacity(texts.reduce(0) { $0 + 4 + $1.utf8.count } + 64)
        for text in texts { append(text: text) }
    }
}

extension UInt32 {
    /// The four bytes at `offset`, which must be within the span, as big-endian.
    init(bigEndianIn bytes: RawSpan, at offset: Int) {
        self = (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) }
    }
}

extension SecretBytes {
    /// A copy, for functions that accept keys in this form only.
    init(copying bytes: [UInt8]) { self.init(copying: unsafe bytes.span.bytes) }
}

/// Decodes such values in order. Throws ``EnvelopeError/damaged`` for anything else.
package struct EncodingReader {
    package private(set) var bytes: ArraySlice<UInt8>

    package init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    package mutating func read(_ count: Int) throws(EnvelopeError) -> ArraySlice<UInt8> {
        guard (0...bytes.count).contains(count) else { throw .damaged }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }

    package mutating func integer<Number: FixedWidthInteger>(_: Number.Type = Number.self) throws(EnvelopeError)
        -> Number
    {
        try read(Number.bitWidth / 8).reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    package mutating func counted() throws(EnvelopeError) -> ArraySlice<UInt8> {
        try read(Int(try integer(UInt32.self)))
    }

    package mutating func text() throws(EnvelopeError) -> String {
        guard let text = String(validating: try counted(), as: UTF8.self) else { throw .damaged }
        return text
    }
}
