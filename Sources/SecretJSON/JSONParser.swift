import SecretMemory

/// Finds the values of a document, in the order in which they begin: an object is followed by its members (name, value,
/// name, value), an array by its elements. Each value has the index after its last descendant.
struct JSONParser: ~Escapable {
    private let bytes: RawSpan
    private let depthLimit: Int
    private let valueLimit: Int
    private var position = 0
    private var depth = 0
    private var values: [JSONDocument.Value] = []

    @_lifetime(copy bytes)
    init(bytes: RawSpan, depthLimit: Int, valueLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
        self.valueLimit = valueLimit
    }

    mutating func document() throws(JSONError) -> [JSONDocument.Value] {
        skipSpace()
        try value()
        skipSpace()
        guard position == bytes.byteCount else { throw JSONError(.syntax) }
        return values
    }

    private mutating func value() throws(JSONError) {
        switch peek {
        case UInt8(ascii: "{"): try container(.object, closedBy: UInt8(ascii: "}"))
        case UInt8(ascii: "["): try container(.array, closedBy: UInt8(ascii: "]"))
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true", .bool)
        case UInt8(ascii: "f"): try word("false", .bool)
        case UInt8(ascii: "n"): try word("null", .null)
        default: try number()
        }
    }

    private mutating func container(_ kind: JSONKind, closedBy end: UInt8) throws(JSONError) {
        depth += 1
        guard depth <= depthLimit else { throw JSONError(.tooDeep) }
        let index = try begin(kind, at: position)
        position += 1
        skipSpace()
        if peek != end {
            var names: Set<String> = []
            repeat {
                skipSpace()
                // Two readers that disagree about which of two equal members counts could be tricked.
                if kind == .object, !names.insert(try memberName()).inserted { throw JSONError(.duplicateMember) }
                try value()
                skipSpace()
            } while consume(UInt8(ascii: ","))
        }
        guard consume(end) else { throw JSONError(.syntax) }
        finish(index, at: position)
        depth -= 1
    }

    private mutating func memberName() throws(JSONError) -> String {
        guard peek == UInt8(ascii: "\"") else { throw JSONError(.syntax) }
        let start = position + 1
        try string()
        let name = JSONText.unescaped(bytes.extracting(start..<position - 1))
        skipSpace()
        guard consume(UInt8(ascii: ":")) else { throw JSONError(.syntax) }
        skipSpace()
        return name.withSpan { String(decoding: $0.array, as: UTF8.self) }
    }

    private mutating func string() throws(JSONError) {
        position += 1
        let index = try begin(.string, at: position)
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw JSONError(.syntax) }
            if byte == UInt8(ascii: "\\") {
                values[index].escaped = true
                position += try JSONText.escapeLength(in: bytes, at: position)
            } else {
                position += 1
            }
        }
        finish(index, at: position)
        guard consume(UInt8(ascii: "\"")) else { throw JSONError(.syntax) }
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    private mutating func number() throws(JSONError) {
        let index = try begin(.number, at: position)
        _ = consume(UInt8(ascii: "-"))
        if !consume(UInt8(ascii: "0")) { try digits() }
        if consume(UInt8(ascii: ".")) { try digits() }
        if consume(UInt8(ascii: "e")) || consume(UInt8(ascii: "E")) {
            if !consume(UInt8(ascii: "+")) { _ = consume(UInt8(ascii: "-")) }
            try digits()
        }
        finish(index, at: position)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw JSONError(.syntax) }
    }

    private mutating func word(_ word: StaticString, _ kind: JSONKind) throws(JSONError) {
        let index = try begin(kind, at: position)
        for byte in "\(word)".utf8 {
            guard consume(byte) else { throw JSONError(.syntax) }
        }
        finish(index, at: position)
    }

    private mutating func begin(_ kind: JSONKind, at start: Int) throws(JSONError) -> Int {
        guard values.count < valueLimit else { throw JSONError(.tooManyValues) }
        values.append(.init(kind: kind, start: start, end: start, next: 0))
        return values.count - 1
    }

    private mutating func finish(_ index: Int, at end: Int) {
        values[index].end = end
        values[index].next = values.count
    }

    private var peek: UInt8? { position < bytes.byteCount ? bytes[position] : nil }

    private mutating func consume(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }
}
