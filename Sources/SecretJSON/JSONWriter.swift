package import SecretMemory

/// Writes a JSON document into memory that is wiped. Members keep the order in which they are written.
package struct JSONWriter: ~Copyable {
    private var buffer: SecretBuffer
    private var needsComma = false
    let form: JSONForm

    /// - Parameter capacity: the expected size in bytes.
    package init(_ form: JSONForm = .document, capacity: Int = 256) {
        self.form = form
        buffer = SecretBuffer(capacity: capacity)
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// The name of the next member. Written without escaping: no name in the source code needs any.
    package mutating func key(_ name: StaticString) {
        separate()
        buffer.append(UInt8(ascii: "\""))
        buffer.append(literal: name)
        buffer.append(literal: "\":")
        needsComma = false
    }

    /// The name of a member that is known only at run time.
    package mutating func key(named name: String) {
        string(name)
        buffer.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ text: String) {
        separate()
        quoted(unsafe text.utf8Span.span.bytes)
    }

    /// A string whose grammar excludes characters that need escaping.
    package mutating func plain(_ text: String) {
        separate()
        let bytes = unsafe text.utf8Span.span.bytes
        assert(JSONText.isPlain(bytes), "this text has something to escape")
        buffer.append(UInt8(ascii: "\""))
        buffer.append(bytes)
        buffer.append(UInt8(ascii: "\""))
    }

    package mutating func secret(_ bytes: borrowing SecretBytes) {
        separate()
        bytes.withSpan { quoted($0) }
    }

    package mutating func integer(_ number: Int) {
        separate()
        buffer.append(decimal: number)
    }
    package mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }
    package mutating func null() { literal("null") }

    package consuming func finish() -> SecretBytes { buffer.finish() }

    /// The members of the object, without its braces. Not for secrets.
    package consuming func finishMembers() -> [UInt8] {
        buffer.withSpan { $0.extracting(1..<($0.byteCount - 1)).array }
    }

    private mutating func literal(_ text: String) {
        separate()
        buffer.append(text)
    }

    private mutating func quoted(_ text: RawSpan) {
        buffer.append(UInt8(ascii: "\""))
        JSONText.escape(text, into: &buffer)
        buffer.append(UInt8(ascii: "\""))
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        buffer.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        buffer.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { buffer.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}

extension JSONWriter {
    package mutating func member(_ name: StaticString, _ text: String) { key(name); string(text) }
    package mutating func member(_ name: StaticString, plain text: String) { key(name); plain(text) }
    package mutating func member(named name: String, _ text: String) { key(named: name); string(text) }
    package mutating func member(_ name: StaticString, _ number: Int) { key(name); integer(number) }
    package mutating func member(_ name: StaticString, _ value: Bool) { key(name); bool(value) }
    package mutating func member(_ name: StaticString, secret bytes: borrowing SecretBytes) { key(name); secret(bytes) }
}
