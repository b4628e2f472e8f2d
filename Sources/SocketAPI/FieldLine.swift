/// The positions of name and value in a `name: value` line of a header section.
///
/// The name is a token, with nothing before it (so folded lines are refused) and nothing between it and the colon. Spaces
/// and tabs around the value are not part of it.
struct FieldLine {
    let name: Range<Int>
    let value: Range<Int>

    /// `nil` when the line is not a field.
    init?(_ line: Range<Int>, in bytes: Span<UInt8>) {
        var colon = line.lowerBound
        while colon < line.upperBound, bytes[colon].isToken { colon += 1 }
        guard colon > line.lowerBound, colon < line.upperBound, bytes[colon] == UInt8(ascii: ":") else { return nil }
        var (start, end) = (colon + 1, line.upperBound)
        while start < end, bytes[start].isBlank { start += 1 }
        while start < end, bytes[end - 1].isBlank { end -= 1 }
        name = line.lowerBound..<colon
        value = start..<end
    }
}
