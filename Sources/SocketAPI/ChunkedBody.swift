package import SecretMemory

/// Finds the end of a chunked body, and extracts its content (RFC 9112, 7.1).
///
/// As strict and economical as the reader of the head: it stores no bytes, and examines each once on arrival, and once
/// more when all are there. Extensions and trailer fields are checked for syntax and dropped.
struct ChunkedBody {
    private enum Stage {
        case size
        case data(end: Int)
        case trailer
    }

    /// The most digits of a size, including leading zeros: enough for every accepted size, too few to overflow.
    private static let mostDigits = 8
    /// The most bytes of the line with a size and its extensions.
    private static let longestLine = 256

    private let start: Int
    private var stage = Stage.size
    /// The size of the content so far, in bytes.
    private var count = 0

    /// - Parameter start: the position of the body.
    init(at start: Int) { self.start = start }

    /// - Parameter scanner: positioned after everything that was read so far.
    /// - Returns: whether the body is complete; it then ends at the scanner's position.
    mutating func read(
        _ bytes: Span<UInt8>, _ scanner: inout LineScanner, _ fields: inout RequestFields, limits: RequestLimits
    ) throws(Problem) -> Bool {
        while true {
            switch stage {
            case .size:
                guard let line = try scanner.next(in: bytes, longest: Self.longestLine, orRefuse: Self.longLine) else {
                    return false
                }
                let size = try Self.size(line, in: bytes)
                count += size
                guard count <= limits.body else { throw .bodyTooLarge(limits) }
                stage = size == 0 ? .trailer : .data(end: scanner.lineStart + size)
            case .data(let end):
                guard bytes.count >= end else { return false }
                scanner.move(to: end)
                guard try scanner.next(in: bytes, longest: 0, orRefuse: Self.wrongSize) != nil else { return false }
                stage = .size
            case .trailer:
                guard
                    let line = try scanner.next(
                        in: bytes, longest: limits.fieldSection, isField: true, orRefuse: Self.longTrailer)
                else { return false }
                if line.isEmpty { return true }
                try fields.addTrailer(line, in: bytes, limits: limits)
            }
            // The bytes around the chunks take memory too.
            guard scanner.lineStart - start - count <= limits.body else { throw Self.manyChunks }
        }
    }

    /// The content of the chunks. Call it once the body is complete.
    func content(in unread: RawSpan) -> SecretBox? {
        guard count > 0 else { return nil }
        let bytes = Span<UInt8>(_bytes: unread)
        var content = SecretBuffer(capacity: count)
        var line = start
        while content.count < count, let end = bytes.first(.lineFeed, in: line..<bytes.count) {
            let data = end + 1..<end + 1 + Self.digits(line..<end, in: bytes).value
            content.append(unread.extracting(data))
            line = data.upperBound + 2
        }
        return SecretBox(content.finish())
    }

    private static func size(_ line: Range<Int>, in bytes: Span<UInt8>) throws(Problem) -> Int {
        let (size, end) = digits(line, in: bytes)
        guard end > line.lowerBound, areExtensions(end..<line.upperBound, in: bytes) else {
            throw Problem(.badRequest, "a chunk does not begin with its size in hexadecimal digits")
        }
        return size
    }

    private static func digits(_ line: Range<Int>, in bytes: Span<UInt8>) -> (value: Int, end: Int) {
        var value = 0
        for index in line {
            guard index - line.lowerBound < mostDigits, let digit = bytes[index].hexadecimalValue else {
                return (value, index)
            }
            value = value << 4 | Int(digit)
        }
        return (value, line.upperBound)
    }

    /// Any number of `;name`, `;name=token` and `;name="text"`, without spaces around them.
    private static func areExtensions(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var rest = range
        while let first = rest.popFirst() {
            guard bytes[first] == UInt8(ascii: ";"), takeToken(&rest, in: bytes) else { return false }
            guard let equals = rest.first, bytes[equals] == UInt8(ascii: "=") else { continue }
            rest.removeFirst()
            guard takeToken(&rest, in: bytes) || takeQuoted(&rest, in: bytes) else { return false }
        }
        return true
    }

    private static func takeToken(_ rest: inout Range<Int>, in bytes: Span<UInt8>) -> Bool {
        let start = rest.lowerBound
        while let first = rest.first, bytes[first].isToken { rest.removeFirst() }
        return rest.lowerBound > start
    }

    private static func takeQuoted(_ rest: inout Range<Int>, in bytes: Span<UInt8>) -> Bool {
        guard let quote = rest.popFirst(), bytes[quote] == UInt8(ascii: "\"") else { return false }
        while let next = rest.popFirst() {
            if bytes[next] == UInt8(ascii: "\"") { return true }
            if bytes[next] == UInt8(ascii: "\\") { _ = rest.popFirst() }
        }
        return false
    }

    private static let longLine = Problem(
        .badRequest, "the line with a chunk's size is longer than \(longestLine) bytes")
    private static let wrongSize = Problem(.badRequest, "a chunk does not end where its size says")
    private static let longTrailer = Problem(.headersTooLarge, "a trailer field is too long")
    private static let manyChunks = Problem(
        .payloadTooLarge, "the body comes in too many small chunks", try: "send it with a Content-Length")
}

extension Problem {
    static func bodyTooLarge(_ limits: RequestLimits) -> Problem {
        Problem(.payloadTooLarge, "the body is larger than \(limits.body) bytes")
    }
}

/// Sends a body in chunks when its length is not known at the start.
package enum Chunk {
    /// The end of such a body.
    package static let last = SecretBox(SecretBytes(copying: "0\r\n\r\n"))
}

extension SecretBuffer {
    /// - Parameter fill: must append exactly `count` bytes, at least one.
    package mutating func appendChunk(of count: Int, _ fill: (inout SecretBuffer) -> Void) {
        append(String(count, radix: 16) + "\r\n")
        fill(&self)
        append("\r\n")
    }
}
