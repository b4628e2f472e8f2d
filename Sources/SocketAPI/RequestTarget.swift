/// The target of a request: a path of plain segments, optionally a query of `key=value` pairs, with or without `http://`
/// and an authority before it. Nothing is decoded, resolved or normalised; a target that would need it is refused, unless
/// the limits say otherwise.
package struct RequestTarget: Sendable {
    private let bytes: [UInt8]
    private let pathEnd: Int
    /// The authority of a target in absolute form. It takes precedence over `Host`.
    let authority: String?

    init(_ range: Range<Int>, in message: Span<UInt8>, limits: RequestLimits) throws(Problem) {
        var rest = range
        authority = try Self.takeAuthority(&rest, in: message)
        var bytes = message.array(rest)
        // A URL may leave out the path `/`.
        if authority != nil, bytes.first == nil || bytes.first == UInt8(ascii: "?") {
            bytes.insert(UInt8(ascii: "/"), at: 0)
        }
        guard bytes.first == UInt8(ascii: "/") else {
            throw Problem(.badRequest, "the request target is neither a path that begins with '/' nor an 'http://' URL")
        }
        let pathEnd = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
        self.bytes = bytes
        self.pathEnd = pathEnd
        guard !limits.takesAnyTarget else { return }
        try checkPath()
        if pathEnd < bytes.count { try checkQuery(pairs: limits.queryPairs) }
    }

    package var hasQuery: Bool { pathEnd < bytes.count }

    /// Whether the path matches `pattern` byte for byte; `*` stands for any one segment.
    package func matches(_ pattern: String) -> Bool {
        let (pattern, path) = (pattern.utf8Span.span, bytes.span.extracting(..<pathEnd))
        var index = 0
        for position in pattern.indices {
            if pattern[position] == UInt8(ascii: "*") {
                while index < path.count, path[index] != UInt8(ascii: "/") { index += 1 }
            } else {
                guard index < path.count, path[index] == pattern[position] else { return false }
                index += 1
            }
        }
        return index == path.count
    }

    /// The path's segment number `number`, counted from 0.
    package func segment(_ number: Int) -> String? {
        var start = 1
        var left = number
        while start < pathEnd {
            let end = end(of: start..<pathEnd, at: UInt8(ascii: "/"))
            if left == 0 { return bytes.span.text(start..<end) }
            left -= 1
            start = end + 1
        }
        return nil
    }

    package var path: String { bytes.span.text(0..<pathEnd) }

    /// Path and query, as in the request line.
    package var text: String { bytes.span.text(0..<bytes.count) }

    /// The value of `key` in the query.
    package func query(_ key: String) -> String? {
        let span = bytes.span
        var start = pathEnd + 1
        while start < span.count {
            let pair = pair(at: start)
            if span.holds(text: key, at: pair.key) { return span.text(pair.value) }
            start = pair.value.upperBound + 1
        }
        return nil
    }

    /// The keys of the query, in order.
    package var queryKeys: [String] {
        var keys: [String] = []
        var start = pathEnd + 1
        while start < bytes.count {
            let pair = pair(at: start)
            keys.append(bytes.span.text(pair.key))
            start = pair.value.upperBound + 1
        }
        return keys
    }

    private static func takeAuthority(_ rest: inout Range<Int>, in bytes: Span<UInt8>) throws(Problem) -> String? {
        let start = rest.lowerBound + "http://".utf8.count
        guard start <= rest.upperBound, bytes.holds(ignoringCase: "http://", at: rest.lowerBound..<start) else {
            return nil
        }
        rest = start..<rest.upperBound
        while let first = rest.first, bytes[first] != UInt8(ascii: "/"), bytes[first] != UInt8(ascii: "?") {
            rest.removeFirst()
        }
        let authority = start..<rest.lowerBound
        guard let first = authority.first, bytes[first] != UInt8(ascii: ":"), HostField.isValid(authority, in: bytes)
        else { throw Problem(.badRequest, "the request target names no valid host") }
        return bytes.text(authority)
    }

    private func checkPath() throws(Problem) {
        guard pathEnd > 1 else { return }
        let path = bytes.span.extracting(..<pathEnd)
        let dot = UInt8(ascii: ".")
        var start = 1
        for index in 1...path.count {
            if index < path.count, path[index].isPathByte { continue }
            guard index == path.count || path[index] == UInt8(ascii: "/") else {
                throw Problem(
                    .badRequest,
                    path[index] == UInt8(ascii: "%")
                        ? "the path has a percent sign: names need no escaping here, and nothing is decoded"
                        : "the path has a character other than letters, digits, '.', '_', '~' and '-'")
            }
            if start == index { throw Problem(.badRequest, "the path has an empty segment") }
            if index - start <= 2, path[start] == dot, path[index - 1] == dot {
                throw Problem(.badRequest, "the path has a '.' or '..' segment")
            }
            start = index + 1
        }
    }

    private func checkQuery(pairs limit: Int) throws(Problem) {
        let span = bytes.span
        var keys: [Range<Int>] = []
        var start = pathEnd + 1
        repeat {
            let pair = pair(at: start)
            for part in [pair.key, pair.value] {
                guard !part.isEmpty, part.allSatisfy({ bytes[$0].isQueryByte }) else {
                    throw Problem(.badRequest, "the query is not made of key=value pairs of plain characters")
                }
            }
            guard keys.count < limit else { throw Problem(.badRequest, "the query has too many pairs") }
            guard !keys.contains(where: { bytes[$0] == bytes[pair.key] }) else {
                throw Problem(.badRequest, "the query has a key twice")
            }
            keys.append(pair.key)
            start = pair.value.upperBound + 1
        } while start <= span.count
    }

    /// The ranges of key and value in the pair that begins at `start`. Without a `=`, the value is empty.
    private func pair(at start: Int) -> (key: Range<Int>, value: Range<Int>) {
        let end = end(of: start..<bytes.count, at: UInt8(ascii: "&"))
        let equals = self.end(of: start..<end, at: UInt8(ascii: "="))
        return (start..<equals, min(equals + 1, end)..<end)
    }

    private func end(of range: Range<Int>, at byte: UInt8) -> Int {
        bytes.span.first(byte, in: range) ?? range.upperBound
    }
}
