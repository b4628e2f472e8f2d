/// Why a message head cannot be split into lines.
enum LineFault: Error {
    case tooLong
    /// A CR without its LF, or the other way round. Programs that disagree on line ends read two different messages.
    case bareLineEnd
    /// A control byte; outside a field also a tab, or a byte beyond ASCII.
    case forbiddenByte
}

/// Splits the head of a message into lines of printable ASCII that end in CRLF. A field may also contain tabs and bytes
/// beyond ASCII.
///
/// Every byte is examined once, however the bytes arrive, and a fault is reported at the first byte that causes it: the
/// result depends only on the bytes, not on how they were split.
struct LineScanner {
    private var position = 0
    private(set) var lineStart = 0

    /// Continues after bytes that are not lines.
    mutating func move(to position: Int) { (self.position, lineStart) = (position, position) }

    /// Returns the next line without its line end; `nil` when it is incomplete. `bytes` has the same start as at the last
    /// call, and may have grown.
    mutating func next(in bytes: Span<UInt8>, longest: Int, isField: Bool = false) throws(LineFault) -> Range<Int>? {
        // One byte beyond the limit is examined.
        let most = lineStart + max(longest, 0)
        position = Self.endOfText(in: bytes, from: position, to: min(bytes.count, most + 1), isField)
        if position > most { throw .tooLong }
        guard position < bytes.count else { return nil }
        let byte = bytes[position]
        guard byte == .carriageReturn else { throw byte == .lineFeed ? .bareLineEnd : .forbiddenByte }
        guard position + 1 < bytes.count else { return nil }
        guard bytes[position + 1] == .lineFeed else { throw .bareLineEnd }
        guard position - lineStart <= longest else { throw .tooLong }
        let line = lineStart..<position
        move(to: position + 2)
        return line
    }

    /// The end of the bytes that a line may contain.
    private static func endOfText(in bytes: Span<UInt8>, from start: Int, to end: Int, _ isField: Bool) -> Int {
        var index = start
        while index < end {
            let byte = bytes[index]
            guard byte >= .space && byte < 0x7F || isField && (byte == .tab || byte >= 0x80) else { break }
            index += 1
        }
        return index
    }
}

extension LineScanner {
    /// The next line of a request.
    mutating func next(
        in bytes: Span<UInt8>, longest: Int, isField: Bool = false, orRefuse tooLong: @autoclosure () -> Problem
    ) throws(Problem) -> Range<Int>? {
        do throws(LineFault) { return try next(in: bytes, longest: longest, isField: isField) } catch {
            switch error {
            case .tooLong: throw tooLong()
            case .bareLineEnd: throw Problem(.badRequest, "a line does not end in CR LF")
            case .forbiddenByte:
                throw Problem(.badRequest, "the request has a forbidden byte outside its body")
            }
        }
    }
}
