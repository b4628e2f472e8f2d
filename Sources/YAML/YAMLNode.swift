import CYAML

/// A value of a YAML document. Numbers, dates and the like are text; its reader parses them.
package struct YAMLNode: Sendable {
    package indirect enum Content: Sendable {
        case scalar(String, isPlain: Bool)
        case list([YAMLNode])
        case mapping([Entry])
    }

    /// A key of a mapping, and its value.
    package struct Entry: Sendable {
        package let key: String
        /// Where the key is, counted from 1.
        package let line: Int
        package let value: YAMLNode
    }

    package let content: Content
    /// Where it begins, counted from 1.
    package let line: Int

    /// Whether it is written as no value.
    package var isNull: Bool {
        if case .scalar(let text, isPlain: true) = content {
            ["", "~", "null", "Null", "NULL"].contains(text)
        } else {
            false
        }
    }

    /// A text that is the same for the same value, however it was written.
    package var canonical: String {
        switch content {
        case .scalar(let text, _): text.debugDescription
        case .list(let items): "[\(items.map(\.canonical).joined(separator: ","))]"
        case .mapping(let entries):
            "{\(entries.map { "\($0.key.debugDescription):\($0.value.canonical)" }.joined(separator: ","))}"
        }
    }

    fileprivate init(_ content: Content, line: Int) { (self.content, self.line) = (content, line) }

    /// Reads one document. Nothing here needs anchors, aliases or tags, and a document with any is refused: an alias can
    /// stand for a value that is larger than any memory.
    /// - Returns: `nil` when there is no document.
    package init?(parsing text: String) throws(YAMLError) {
        let parser = try YAMLParser(Array(text.utf8))
        _ = try parser.next()  // the start of the stream
        guard case .boundary = try parser.next().kind, case let first = try parser.next(), first.kind != .boundary
        else {
            return nil
        }
        self = try parser.node(first, depth: 0)
        _ = try parser.next()  // the end of the document
        let last = try parser.next()
        guard last.isEndOfStream else { throw last.error("has a second document") }
    }
}

/// What is wrong with a document, to be said after its name, and the position.
package struct YAMLError: Error {
    package let problem: String
    /// Counted from 1.
    package var line: Int?
    package var column: Int?
}

/// Reads libyaml's events in order.
@safe private struct YAMLParser: ~Copyable {
    static let mostDepth = 16

    struct Event {
        enum Kind: Equatable { case scalar(String, isPlain: Bool), list, mapping, end, boundary }

        let kind: Kind
        let isEndOfStream: Bool
        let mark: yaml_mark_t
        var line: Int { mark.line + 1 }

        func error(_ problem: String) -> YAMLError {
            YAMLError(problem: problem, line: mark.line + 1, column: mark.column + 1)
        }
    }

    /// On the heap, since libyaml stores its address.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) throws(YAMLError) {
        unsafe parser = .allocate(capacity: 1)
        unsafe text = .allocate(capacity: bytes.count)
        _ = unsafe text.initialize(fromContentsOf: bytes)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.initialize(to: yaml_parser_t())
            throw YAMLError(problem: "cannot be read: out of memory")
        }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe text.deallocate()
    }

    func next() throws(YAMLError) -> Event {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { unsafe yaml_event_delete(&event) }
        let isExtra: Bool
        let kind: Event.Kind
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            isExtra = unsafe scalar.anchor != nil || scalar.tag != nil
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            kind = unsafe .scalar(
                String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
        case YAML_SEQUENCE_START_EVENT:
            isExtra = unsafe event.data.sequence_start.anchor != nil || event.data.sequence_start.tag != nil
            kind = .list
        case YAML_MAPPING_START_EVENT:
            isExtra = unsafe event.data.mapping_start.anchor != nil || event.data.mapping_start.tag != nil
            kind = .mapping
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: (isExtra, kind) = (false, .end)
        case YAML_ALIAS_EVENT: (isExtra, kind) = (true, .end)
        default: (isExtra, kind) = (false, .boundary)
        }
        let found = unsafe Event(
            kind: kind, isEndOfStream: event.type == YAML_STREAM_END_EVENT, mark: event.start_mark)
        guard !isExtra else { throw found.error("has an anchor, an alias or a tag, which is not accepted") }
        return found
    }

    func node(_ event: Event, depth: Int) throws(YAMLError) -> YAMLNode {
        guard depth < Self.mostDepth else { throw event.error("is nested too deep") }
        switch event.kind {
        case .scalar(let text, let isPlain): return YAMLNode(.scalar(text, isPlain: isPlain), line: event.line)
        case .list:
            var items: [YAMLNode] = []
            while case let item = try next(), item.kind != .end { items.append(try node(item, depth: depth + 1)) }
            return YAMLNode(.list(items), line: event.line)
        case .mapping:
            var (entries, keys) = ([YAMLNode.Entry](), Set<String>())
            while case let event = try next(), event.kind != .end {
                guard case .scalar(let key, _) = event.kind, !key.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
                else { throw event.error("has a key that is not a word") }
                guard keys.insert(key).inserted else { throw event.error("has the key \(key) twice") }
                entries.append(
                    YAMLNode.Entry(key: key, line: event.line, value: try node(try next(), depth: depth + 1)))
            }
            return YAMLNode(.mapping(entries), line: event.line)
        case .end, .boundary: throw event.error("is not valid YAML")
        }
    }

    /// The position and the problem, without an excerpt of the file.
    private var failure: YAMLError {
        guard let words = unsafe parser.pointee.problem else {
            return YAMLError(problem: "cannot be read: out of memory")
        }
        let problem = unsafe "is not valid YAML: " + String(cString: words)
        guard unsafe parser.pointee.error != YAML_READER_ERROR else { return YAMLError(problem: problem) }
        let mark = unsafe parser.pointee.problem_mark
        return YAMLError(problem: problem, line: mark.line + 1, column: mark.column + 1)
    }
}
