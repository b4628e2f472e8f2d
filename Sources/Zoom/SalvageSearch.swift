import SecretMemory

/// Finds the strings that follow `"new_secret":` in bytes that need not be JSON. In a truncated JSON document it finds
/// members only: quotes inside a string are escaped.
struct SalvageSearch: ~Escapable {
    private let bytes: RawSpan
    private var position = 0
    private static let name = Array(#""new_secret""#.utf8)

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) { self.bytes = bytes }

    /// The range of the next whole string, quotes included. Reads each byte once, apart from the length of the name.
    mutating func next() -> Range<Int>? {
        while position < bytes.byteCount {
            guard hasName(at: position) else {
                position += 1
                continue
            }
            position += Self.name.count
            skipSpace()
            guard take(UInt8(ascii: ":")) else { continue }
            skipSpace()
            let start = position
            guard take(UInt8(ascii: "\"")) else { continue }
            guard skipString() else { return nil }  // the bytes end inside it
            return start..<position
        }
        return nil
    }

    private func hasName(at start: Int) -> Bool {
        bytes.byteCount - start >= Self.name.count
            && Self.name.indices.allSatisfy { bytes[start + $0] == Self.name[$0] }
    }

    /// Moves past the closing quote; returns `false` if there is none.
    private mutating func skipString() -> Bool {
        while let byte = peek {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return true }
        }
        return false
    }

    private mutating func skipSpace() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private var peek: UInt8? { position < bytes.byteCount ? bytes[position] : nil }
}
