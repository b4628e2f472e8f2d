/// The first line of a request: `METHOD TARGET HTTP/1.1`, separated by single spaces.
struct RequestLine {
    let method: Method
    let target: RequestTarget

    init(_ line: Range<Int>, in bytes: Span<UInt8>, limits: RequestLimits) throws(Problem) {
        guard let first = bytes.first(.space, in: line), first > line.lowerBound,
            let second = bytes.first(.space, in: first + 1..<line.upperBound)
        else { throw Problem(.badRequest, "the request line is not 'METHOD PATH HTTP/1.1'") }

        try Self.checkVersion(second + 1..<line.upperBound, in: bytes)
        method = try Self.method(line.lowerBound..<first, in: bytes)
        if method == .options, bytes.holds("*", at: first + 1..<second) { throw Self.notServed }
        target = try RequestTarget(first + 1..<second, in: bytes, limits: limits)
    }

    private static func checkVersion(_ range: Range<Int>, in bytes: Span<UInt8>) throws(Problem) {
        if bytes.holds("HTTP/1.1", at: range) { return }
        let start = range.lowerBound
        guard range.count == 8, bytes.holds("HTTP/", at: start..<start + 5), bytes[start + 5].isDigit,
            bytes[start + 6] == UInt8(ascii: "."), bytes[start + 7].isDigit
        else { throw Problem(.badRequest, "the request line does not end in 'HTTP/1.1'") }
        throw Problem(.versionNotSupported, "only HTTP/1.1 is supported")
    }

    private static func method(_ range: Range<Int>, in bytes: Span<UInt8>) throws(Problem) -> Method {
        if bytes.holds("GET", at: range) { return .get }  // nearly all
        for method in Method.allCases where bytes.holds(text: method.rawValue, at: range) { return method }
        for index in range where !bytes[index].isToken {
            throw Problem(.badRequest, "the request line does not begin with a method")
        }
        guard bytes.holds("CONNECT", at: range) else {
            throw Problem(.notImplemented, "this method is unknown; methods are written in capitals")
        }
        throw notServed
    }

    /// For targets that name no path.
    private static let notServed = Problem(.methodNotAllowed, "this method is not supported")
}
