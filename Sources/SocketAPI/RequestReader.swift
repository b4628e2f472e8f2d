import SecretMemory

/// Reads the requests of one connection from bytes as they arrive.
///
/// Bounded and strict: it accepts the plain form of HTTP/1.1 that ordinary clients send, and refuses everything that two
/// programs could read in two ways. It stores no bytes; the caller passes all unread bytes at each call. The result does
/// not depend on how the bytes were split, and the work per byte is constant even if they arrive one by one. After a
/// refusal, the rest of the connection is meaningless: send the problem and close.
package struct RequestReader: Sendable {
    package enum Progress: Sendable {
        /// The bytes are valid so far, but not a complete request.
        case more
        /// A request that took the first `consumed` bytes. The next call begins after them.
        case request(Request, consumed: Int)
        case refused(Problem)
    }

    private enum Stage {
        case line
        case fields(from: Int)
        case body(from: Int)
        case refused(Problem)
    }

    private let limits: RequestLimits
    private var stage = Stage.line
    private var scanner = LineScanner()
    private var line: RequestLine?
    private var fields = RequestFields()
    private var chunks: ChunkedBody?

    package init(limits: RequestLimits = RequestLimits()) { self.limits = limits }

    /// - Parameter unread: everything that has arrived and was not consumed: the bytes of the last call, and more. A body
    ///   in it may contain secrets; the caller must wipe it once it is consumed.
    package mutating func read(_ unread: RawSpan) -> Progress {
        if case .refused(let problem) = stage { return .refused(problem) }
        let bytes = Span<UInt8>(_bytes: unread)
        do throws(Problem) {
            guard let start = try readHead(bytes), let end = try bodyEnd(bytes, from: start), let line = line.take()
            else {
                return .more
            }
            let body = chunks.map { $0.content(in: unread) } ?? Self.copy(unread, start..<end)
            let request = Request(line, fields, body: body)
            self = RequestReader(limits: limits)
            return .request(request, consumed: end)
        } catch {
            var problem = error
            problem.isHeadAlone = bytes.count >= 5 && bytes.holds("HEAD ", at: 0..<5)
            stage = .refused(problem)
            return .refused(problem)
        }
    }

    private static func copy(_ unread: RawSpan, _ body: Range<Int>) -> SecretBox? {
        body.isEmpty ? nil : SecretBox(SecretBytes(copying: unread.extracting(body)))
    }

    /// The end of the body; `nil` while it is incomplete.
    private mutating func bodyEnd(_ bytes: Span<UInt8>, from start: Int) throws(Problem) -> Int? {
        guard fields.isChunked else {
            let end = start + (fields.contentLength ?? 0)
            return end <= bytes.count ? end : nil
        }
        var body = chunks ?? ChunkedBody(at: start)
        defer { chunks = body }
        return try body.read(bytes, &scanner, &fields, limits: limits) ? scanner.lineStart : nil
    }

    /// The start of the body; `nil` while the head is incomplete.
    private mutating func readHead(_ bytes: Span<UInt8>) throws(Problem) -> Int? {
        let limits = limits
        while true {
            switch stage {
            case .line:
                guard let range = try scanner.next(in: bytes, longest: limits.line, orRefuse: Self.longLine(limits))
                else {
                    return nil
                }
                line = try RequestLine(range, in: bytes, limits: limits)
                stage = .fields(from: scanner.lineStart)
            case .fields(let start):
                let left = limits.fieldSection - (scanner.lineStart - start)
                guard
                    let range = try scanner.next(
                        in: bytes, longest: left - 2, isField: true, orRefuse: Self.longHead(limits))
                else { return nil }
                if range.isEmpty {
                    if let method = line?.method { try fields.check(for: method, limits: limits) }
                    stage = .body(from: scanner.lineStart)
                } else {
                    try fields.add(range, in: bytes, limits: limits)
                }
            case .body(let start):
                return start
            case .refused(let problem):
                throw problem
            }
        }
    }

    private static func longLine(_ limits: RequestLimits) -> Problem {
        Problem(.uriTooLong, "the request line is longer than \(limits.line) bytes")
    }

    private static func longHead(_ limits: RequestLimits) -> Problem {
        Problem(.headersTooLarge, "the header section is larger than \(limits.fieldSection) bytes")
    }
}
