/// What stops a message head from being cut into lines.
enum LineFault: Error {
    case tooLong
    /// A CR without its LF, or the other way round. Programs that disagree on where a line ends read two messages.
    case bareLineEnd
    /// A control byte; outside a field also a tab, or a byte beyond ASCII.
    case forbiddenByte
}

/// Cuts the head of a message into lines of printable ASCII that end in CRLF. A field may also have tabs and bytes beyond
/// ASCII.
///
/// Every byte is looked at once, however the bytes arrive, and a fault shows at the first byte that makes it: the
/// outcome depends on the bytes alone and not on how they were split.
struct LineScanner {
    private var position = 0
    private(set) var lineStart = 0
    var isAtStart: Bool { position == 0 }

    /// Goes on behind what is no line.
    mutating func move(to position: Int) { (self.position, lineStart) = (position, position) }

    /// The next line, without its line end; `nil` when it is not there yet. `bytes` begins where it began at the
    /// last call and may have grown.
    mutating func next(in bytes: Span<UInt8>, longest: Int, isField: Bool = false) throws(LineFault) -> Range<Int>? {
        while position < bytes.count {
            let byte = bytes[position]
            if byte >= .space && byte < 0x7F || isField && (byte == .tab || byte >= 0x80) {
                position += 1
                if position - lineStart > longest { throw .tooLong }
                continue
            }
            guard byte == .carriageReturn else { throw byte == .lineFeed ? .bareLineEnd : .forbiddenByte }
            guard position + 1 < bytes.count else { return nil }
            guard bytes[position + 1] == .lineFeed else { throw .bareLineEnd }
            guard position - lineStart <= longest else { throw .tooLong }
            defer {
                position += 2
                lineStart = position
            }
            return lineStart..<position
        }
        return nil
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
                throw Problem(.badRequest, "the request has a byte outside its body that may not be there")
            }
        }
    }
}
