/// The few fields of a request that matter here. All others are checked for syntax and dropped.
struct RequestFields {
    private(set) var host: String?
    private(set) var keyturnRequest: String?
    private(set) var ifNoneMatch: String?
    private(set) var contentType: String?
    private(set) var authorization: String?
    private(set) var origin: String?
    private(set) var contentLength: Int?
    /// Whether the body comes in chunks.
    private(set) var isChunked = false
    private(set) var closes = false
    private var count = 0
    private var seen: Single = []

    /// The fields that may occur only once, even with equal values: two readers could use different ones.
    private struct Single: OptionSet {
        let rawValue: UInt16
        static let host = Single(rawValue: 1)
        static let keyturnRequest = Single(rawValue: 2)
        static let contentLength = Single(rawValue: 4)
        static let contentType = Single(rawValue: 8)
        static let ifNoneMatch = Single(rawValue: 16)
        static let connection = Single(rawValue: 32)
        static let transferEncoding = Single(rawValue: 64)
        static let authorization = Single(rawValue: 128)
        static let origin = Single(rawValue: 256)
    }

    mutating func add(_ line: Range<Int>, in bytes: Span<UInt8>, limits: RequestLimits) throws(Problem) {
        let field = try counted(line, in: bytes, limits: limits)
        try add(field, in: bytes, keeping: limits)
    }

    /// Checks a trailer field, and retains nothing. A field that matters before the body is refused here: another program
    /// might use it.
    mutating func addTrailer(
        _ line: Range<Int>, in bytes: Span<UInt8>, limits: RequestLimits
    ) throws(Problem) {
        let field = try counted(line, in: bytes, limits: limits)
        var known = RequestFields()
        var all = limits
        (all.keepsAuthorization, all.keepsOrigin) = (true, true)
        try known.add(field, in: bytes, keeping: all)
        guard known.seen.isEmpty else {
            throw Problem(.badRequest, "a trailer field is one that belongs before the body")
        }
    }

    private mutating func counted(
        _ line: Range<Int>, in bytes: Span<UInt8>, limits: RequestLimits
    ) throws(Problem) -> FieldLine {
        count += 1
        guard count <= limits.fields else {
            throw Problem(.headersTooLarge, "more than \(limits.fields) header fields")
        }
        guard let field = FieldLine(line, in: bytes) else {
            throw Problem(.badRequest, "a header line is not 'name: value'")
        }
        return field
    }

    /// Checks the fields together.
    func check(for method: Method, limits: RequestLimits) throws(Problem) {
        guard seen.contains(.host) else { throw Problem(.badRequest, "the Host field is missing") }
        if isChunked, contentLength != nil {
            throw Problem(.badRequest, "the request has both Content-Length and Transfer-Encoding")
        }
        guard isChunked || contentLength ?? 0 > 0 else { return }
        guard method.allowsBody else {
            throw Problem(.badRequest, "a \(method.rawValue) request must not have a body")
        }
        guard contentLength ?? 0 <= limits.body else { throw .bodyTooLarge(limits) }
    }

    // Nearly all names that matter differ in length, so the length selects the one to compare with.
    private mutating func add(
        _ field: FieldLine, in bytes: Span<UInt8>, keeping limits: RequestLimits
    ) throws(Problem) {
        func isNamed(_ name: StaticString) -> Bool { bytes.holds(ignoringCase: name, at: field.name) }
        switch field.name.count {
        case 4 where isNamed("host"):
            host = try once(.host, "Host", field, in: bytes)
            guard HostField.isValid(field.value, in: bytes) else {
                throw Problem(.badRequest, "the Host field is not 'host' or 'host:port'")
            }
        case 6 where isNamed("expect"):
            throw Problem(.expectationFailed, "Expect is not supported; send the body at once")
        case 10 where isNamed("connection"):
            _ = try once(.connection, "Connection", field, in: bytes)
            closes = asksToClose(field.value, in: bytes)
        case 12 where isNamed("content-type"):
            contentType = try once(.contentType, "Content-Type", field, in: bytes)
        case 6 where (limits.keepsOrigin || limits.keepsAuthorization) && isNamed("origin"):
            origin = try once(.origin, "Origin", field, in: bytes)
        case 13 where limits.keepsAuthorization && isNamed("authorization"):
            authorization = try once(.authorization, "Authorization", field, in: bytes)
        case 13 where isNamed("if-none-match"):
            ifNoneMatch = try once(.ifNoneMatch, "If-None-Match", field, in: bytes)
        case 14 where isNamed("content-length"):
            _ = try once(.contentLength, "Content-Length", field, in: bytes)
            guard let length = bytes.decimal(field.value) else {
                throw Problem(.badRequest, "Content-Length is not a plain decimal number")
            }
            contentLength = length
        case 15 where isNamed("keyturn-request"):
            keyturnRequest = try once(.keyturnRequest, "Keyturn-Request", field, in: bytes)
        case 17 where isNamed("transfer-encoding"):
            _ = try once(.transferEncoding, "Transfer-Encoding", field, in: bytes)
            try checkCodings(field.value, in: bytes)
            isChunked = true
        default:
            break
        }
    }

    /// - Returns: the value. It is refused if it contains a byte that two programs could read differently.
    private mutating func once(
        _ single: Single, _ name: String, _ field: FieldLine, in bytes: Span<UInt8>
    ) throws(Problem) -> String {
        guard seen.insert(single).inserted else { throw Problem(.badRequest, "the \(name) field occurs twice") }
        guard bytes.isPrintable(field.value) else {
            throw Problem(.badRequest, "the \(name) field has a byte that is not printable ASCII")
        }
        return bytes.text(field.value)
    }

    private func asksToClose(_ value: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var rest = value
        while let option = Self.element(&rest, in: bytes) {
            if bytes.holds(ignoringCase: "close", at: option) { return true }
        }
        return false
    }

    /// If `chunked` is not the last coding, the end of the body is unknown; if it is not the only one, the others would
    /// have to be undone.
    private func checkCodings(_ value: Range<Int>, in bytes: Span<UInt8>) throws(Problem) {
        if bytes.holds(ignoringCase: "chunked", at: value) { return }
        var rest = value
        var (others, chunked) = (0, 0)
        var isLast = false
        while let coding = Self.element(&rest, in: bytes) {
            isLast = bytes.holds(ignoringCase: "chunked", at: coding)
            if isLast { chunked += 1 } else { others += 1 }
        }
        guard isLast, chunked == 1, others > 0 else {
            throw Problem(.badRequest, "Transfer-Encoding does not end in one 'chunked'")
        }
        throw Problem(.notImplemented, "no Transfer-Encoding but 'chunked' is supported")
    }

    /// Removes and returns the first element of a comma-separated list.
    private static func element(_ rest: inout Range<Int>, in bytes: Span<UInt8>) -> Range<Int>? {
        guard !rest.isEmpty else { return nil }
        let comma = bytes.first(UInt8(ascii: ","), in: rest) ?? rest.upperBound
        var element = rest.lowerBound..<comma
        while let first = element.first, bytes[first].isBlank { element.removeFirst() }
        while let last = element.last, bytes[last].isBlank { element.removeLast() }
        rest = min(comma + 1, rest.upperBound)..<rest.upperBound
        return element
    }
}
