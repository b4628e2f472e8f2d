/// One `name: value` line of a header section: where its two parts are.
///
/// The name is a token with nothing before it (so no folded line passes) and nothing between it and the colon. Spaces and
/// tabs around the value do not belong to it.
struct FieldLine {
    let name: Range<Int>
    let value: Range<Int>

    /// `nil` when the line is no field.
    init?(_ line: Range<Int>, in bytes: Span<UInt8>) {
        guard let colon = bytes.first(UInt8(ascii: ":"), in: line), colon > line.lowerBound else { return nil }
        for index in line.lowerBound..<colon where !bytes[index].isToken { return nil }
        var value = colon + 1..<line.upperBound
        while let first = value.first, bytes[first].isBlank { value.removeFirst() }
        while let last = value.last, bytes[last].isBlank { value.removeLast() }
        name = line.lowerBound..<colon
        self.value = value
    }
}
