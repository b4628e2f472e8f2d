package import SecretMemory

/// An answer that arrived whole. Its body may be a secret; its headers are not held as one.
package struct HTTPResponse: Sendable {
    package let status: Int
    package let headers: HTTPFields
    package let body: SecretBox

    package init(status: Int, headers: HTTPFields = HTTPFields(), body: SecretBox) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The headers of an answer, found by name in any case. If a name occurs twice, the first one counts.
package struct HTTPFields: Sendable, ExpressibleByDictionaryLiteral {
    private var values: [String: String] = [:]

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    package subscript(name: String) -> String? { values[name.lowercased()] }

    mutating func add(_ name: String, _ value: String) {
        if self[name] == nil { values[name.lowercased()] = value }
    }

    /// Adds a line of the head. Ignores lines other than `name: value`, obsolete continuation lines included.
    mutating func add(line: String) {
        guard let colon = line.firstIndex(of: ":") else { return }
        let name = line[..<colon]
        guard !name.isEmpty, !name.contains(where: \.isWhitespace) else { return }
        let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
        let end = value.lastIndex { !$0.isWhitespace }.map(value.index(after:)) ?? value.startIndex
        add(String(name), String(value[..<end]))
    }
}
