/// One `name: value` line of a header section: where its two parts are.
///
/// The name is a token with nothing before it (so no folded line passes) and nothing between it and the colon. One
/// space may follow the colon; the value begins and ends with something other than a space.
struct FieldLine {
    let name: Range<Int>
    let value: Range<Int>

    /// `nil` when the line is no field.
    init?(_ line: Range<Int>, in bytes: Span<UInt8>) {
        guard let colon = bytes.first(UInt8(ascii: ":"), in: line), colon > line.lowerBound else { return nil }
        for index in line.lowerBound..<colon where !bytes[index].isToken { return nil }
        var start = colon + 1
        if start < line.upperBound, bytes[start] == .space { start += 1 }
        if start < line.upperBound {
            guard bytes[start] != .space, bytes[line.upperBound - 1] != .space else { return nil }
        }
        name = line.lowerBound..<colon
        value = start..<line.upperBound
    }
}
