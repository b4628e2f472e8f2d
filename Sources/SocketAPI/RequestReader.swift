import SecretMemory

/// Reads the requests of one connection from bytes as they arrive.
///
/// Bounded and strict: it takes the plain form of HTTP/1.1 that ordinary clients send, and refuses everything that
/// two programs could read in two ways. It keeps no bytes; the caller shows all that is unread at each call. The
/// outcome does not depend on how the bytes were split, and the work per byte is constant even if they come one by
/// one. After a refusal the connection has no further meaning: send the problem and close.
package struct RequestReader: Sendable {
    package enum Progress: Sendable {
        /// What is there is in order, and not yet a whole request.
        case more
        /// A request that took the first `consumed` bytes. The next call begins behind them.
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

    /// Whether nothing of the next request was read yet.
    package var isAtStart: Bool { scanner.isAtStart }

    package init(limits: RequestLimits = RequestLimits()) { self.limits = limits }

    /// - Parameter unread: everything that has arrived and has not been consumed: what the last call saw, and more.
    ///   A body in it may hold secrets, and is the caller's to wipe once it is consumed.
    package mutating func read(_ unread: RawSpan) -> Progress {
        if case .refused(let problem) = stage { return .refused(problem) }
        do {
            let bytes = Span<UInt8>(_bytes: unread)
            guard let bodyStart = try readHead(bytes), let line else { return .more }
            let end = bodyStart + (fields.contentLength ?? 0)
            guard end <= bytes.count else { return .more }
            let body = end == bodyStart ? nil : SecretBox(SecretBytes(copying: unread.extracting(bodyStart..<end)))
            let request = Request(line, fields, body: body)
            self = RequestReader(limits: limits)
            return .request(request, consumed: end)
        } catch {
            stage = .refused(error)
            return .refused(error)
        }
    }

    /// Where the body begins; `nil` while the head is incomplete.
    private mutating func readHead(_ bytes: Span<UInt8>) throws(Problem) -> Int? {
        while true {
            switch stage {
            case .line:
                guard let range = try nextLine(in: bytes, longest: limits.line, tooLong: .uriTooLong) else {
                    return nil
                }
                line = try RequestLine(range, in: bytes, limits: limits)
                stage = .fields(from: scanner.lineStart)
            case .fields(let start):
                let left = limits.fieldSection - (scanner.lineStart - start)
                guard let range = try nextLine(in: bytes, longest: left - 2, tooLong: .headersTooLarge) else {
                    return nil
                }
                if range.isEmpty {
                    if let line { try fields.check(for: line.method, limits: limits) }
                    stage = .body(from: scanner.lineStart)
                } else {
                    try fields.take(range, in: bytes, limits: limits)
                }
            case .body(let start):
                return start
            case .refused(let problem):
                throw problem
            }
        }
    }

    private mutating func nextLine(
        in bytes: Span<UInt8>, longest: Int, tooLong: ProblemCode
    ) throws(Problem) -> Range<Int>? {
        do {
            return try scanner.next(in: bytes, longest: longest)
        } catch {
            switch error {
            case .tooLong where tooLong == .uriTooLong:
                throw Problem(.uriTooLong, "the request line is longer than \(limits.line) bytes")
            case .tooLong:
                throw Problem(.headersTooLarge, "the header section is larger than \(limits.fieldSection) bytes")
            case .bareLineEnd:
                throw Problem(.badRequest, "a line does not end in CR LF")
            case .forbiddenByte:
                throw Problem(.badRequest, "the request head has a byte that is not printable ASCII")
            }
        }
    }
}
