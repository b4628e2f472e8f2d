/// The few fields of a request that mean something here. All others are checked for form and forgotten.
struct RequestFields {
    private(set) var host: String?
    private(set) var keyturnRequest: String?
    private(set) var ifNoneMatch: String?
    private(set) var contentType: String?
    private(set) var authorization: String?
    private(set) var contentLength: Int?
    private(set) var closes = false
    private var count = 0
    private var seen: Single = []

    /// The fields of which a second one, even an equal one, gets the request refused: two readers could take two
    /// different ones for true.
    private struct Single: OptionSet {
        let rawValue: UInt8
        static let host = Single(rawValue: 1)
        static let keyturnRequest = Single(rawValue: 2)
        static let contentLength = Single(rawValue: 4)
        static let contentType = Single(rawValue: 8)
        static let ifNoneMatch = Single(rawValue: 16)
        static let connection = Single(rawValue: 32)
        static let authorization = Single(rawValue: 64)
    }

    mutating func take(_ line: Range<Int>, in bytes: Span<UInt8>, limits: RequestLimits) throws(Problem) {
        count += 1
        guard count <= limits.fields else {
            throw Problem(.headersTooLarge, "more than \(limits.fields) header fields")
        }
        guard let field = FieldLine(line, in: bytes) else {
            throw Problem(.badRequest, "a header line is not 'name: value'")
        }
        try take(field, in: bytes, keepsAuthorization: limits.keepsAuthorization)
    }

    /// What must hold of all fields together.
    func check(for method: Method, limits: RequestLimits) throws(Problem) {
        guard seen.contains(.host) else { throw Problem(.badRequest, "the Host field is missing") }
        guard let contentLength, contentLength > 0 else { return }
        guard method.allowsBody else {
            throw Problem(.badRequest, "a \(method.rawValue) request brings no body here")
        }
        guard contentLength <= limits.body else {
            throw Problem(.payloadTooLarge, "the body is larger than \(limits.body) bytes")
        }
    }

    // Nearly all of the names that matter differ in their length, so that a length decides which one to compare with.
    private mutating func take(
        _ field: FieldLine, in bytes: Span<UInt8>, keepsAuthorization: Bool
    ) throws(Problem) {
        func isNamed(_ name: String) -> Bool { bytes.holds(ignoringCase: name, at: field.name) }
        switch field.name.count {
        case 4 where isNamed("host"):
            try once(.host, "Host")
            host = bytes.text(field.value)
        case 6 where isNamed("expect"):
            throw Problem(.expectationFailed, "Expect is not served; send the body at once")
        case 10 where isNamed("connection"):
            try once(.connection, "Connection")
            closes = asksToClose(field.value, in: bytes)
        case 12 where isNamed("content-type"):
            try once(.contentType, "Content-Type")
            contentType = bytes.text(field.value)
        case 13 where keepsAuthorization && isNamed("authorization"):
            try once(.authorization, "Authorization")
            authorization = bytes.text(field.value)
        case 13 where isNamed("if-none-match"):
            try once(.ifNoneMatch, "If-None-Match")
            ifNoneMatch = bytes.text(field.value)
        case 14 where isNamed("content-length"):
            try once(.contentLength, "Content-Length")
            guard let length = bytes.decimal(field.value) else {
                throw Problem(.badRequest, "Content-Length is not a plain decimal number")
            }
            contentLength = length
        case 15 where isNamed("keyturn-request"):
            try once(.keyturnRequest, "Keyturn-Request")
            keyturnRequest = bytes.text(field.value)
        case 17 where isNamed("transfer-encoding"):
            throw Problem(.badRequest, "Transfer-Encoding is not served; send the body with a Content-Length")
        default:
            break
        }
    }

    private mutating func once(_ field: Single, _ name: String) throws(Problem) {
        guard seen.insert(field).inserted else { throw Problem(.badRequest, "the \(name) field is there twice") }
    }

    private func asksToClose(_ value: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var start = value.lowerBound
        while start < value.upperBound {
            let comma = bytes.first(UInt8(ascii: ","), in: start..<value.upperBound) ?? value.upperBound
            var option = start..<comma
            while let first = option.first, bytes[first] == .space { option.removeFirst() }
            while let last = option.last, bytes[last] == .space { option.removeLast() }
            if bytes.holds(ignoringCase: "close", at: option) { return true }
            start = comma + 1
        }
        return false
    }
}
