import SecretMemory

/// Reads one answer from bytes as they arrive, as strictly as the daemon reads requests.
struct AnswerReader {
    private let limits: AnswerLimits
    private var scanner = LineScanner()
    private var status: Int?
    private var bodyStart: Int?
    private var contentLength: Int?
    private var contentType: String?
    private var entityTag: String?
    private var retryAfter: Int?

    init(limits: AnswerLimits) { self.limits = limits }

    /// Returns the answer once it is complete. `received` is everything that has arrived so far.
    mutating func read(_ received: RawSpan) throws(ClientError) -> Answer? {
        let bytes = Span<UInt8>(_bytes: received)
        while bodyStart == nil {
            guard let line = try nextLine(in: bytes) else { return nil }
            if status == nil {
                status = try Self.status(line, in: bytes)
            } else if line.isEmpty {
                bodyStart = scanner.lineStart
            } else {
                try take(line, in: bytes)
            }
        }
        guard let status, let bodyStart else { return nil }
        let end = bodyStart + (try bodyLength(status))
        guard bytes.count >= end else { return nil }
        guard bytes.count == end else { throw .malformedAnswer("bytes after the body") }
        return Answer(
            status: status, contentType: contentType, entityTag: entityTag, retryAfter: retryAfter,
            body: SecretBytes(copying: received.extracting(bodyStart..<end)))
    }

    private func bodyLength(_ status: Int) throws(ClientError) -> Int {
        if Status(rawValue: status)?.isBodiless == true { return 0 }
        guard let contentLength else { throw .malformedAnswer("no Content-Length") }
        guard contentLength <= limits.body else { throw .answerTooLarge }
        return contentLength
    }

    private mutating func nextLine(in bytes: Span<UInt8>) throws(ClientError) -> Range<Int>? {
        do {
            return try scanner.next(in: bytes, longest: limits.head - scanner.lineStart - 2)
        } catch {
            switch error {
            case .tooLong: throw .answerTooLarge
            case .bareLineEnd, .forbiddenByte: throw .malformedAnswer("its head is not HTTP")
            }
        }
    }

    /// Refuses interim answers (1xx), which are never requested.
    private static func status(_ line: Range<Int>, in bytes: Span<UInt8>) throws(ClientError) -> Int {
        let start = line.lowerBound
        guard line.count >= 12, bytes.holds("HTTP/1.1 ", at: start..<start + 9),
            let status = bytes.decimal(start + 9..<start + 12), (200...599).contains(status),
            line.count == 12 || bytes[start + 12] == .space
        else { throw .malformedAnswer("its first line is not 'HTTP/1.1 STATUS'") }
        return status
    }

    private mutating func take(_ line: Range<Int>, in bytes: Span<UInt8>) throws(ClientError) {
        guard let field = FieldLine(line, in: bytes) else { throw .malformedAnswer("a header line") }
        func isNamed(_ name: StaticString) -> Bool { bytes.holds(ignoringCase: name, at: field.name) }
        if isNamed("content-length") {
            guard contentLength == nil, let length = bytes.decimal(field.value) else {
                throw .malformedAnswer("its Content-Length")
            }
            contentLength = length
        } else if isNamed("transfer-encoding") {
            throw .malformedAnswer("it has a Transfer-Encoding")
        } else if isNamed("content-type") {
            contentType = bytes.text(field.value)
        } else if isNamed("etag") {
            entityTag = bytes.text(field.value)
        } else if isNamed("retry-after") {
            retryAfter = bytes.decimal(field.value)
        }
    }
}
