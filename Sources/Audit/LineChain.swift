import Domain
import Envelope
import SecretMemory

/// Turns events into lines. Each contains its number and a code over itself and the line before it.
///
///     {"seq":7,"time":"2026-11-23T17:00:00Z","action":"credentials.fetch",…,"mac":"<32 hexadecimal digits>"}
///
/// Without the key nobody can change a line or remove one from the middle; the vault stores the end of the log.
struct LineChain: ~Copyable {
    /// From the code's comma to the end of the line, without the line feed.
    static let tailLength = 8 + LineCode.length * 2 + 2

    private var mac: RunningMAC
    private(set) var head: AuditHead
    /// The last second that was formatted, and its text.
    private var second = (unix: Int.min, text: [UInt8]())

    init(key: borrowing SecretBytes, head: AuditHead) throws(EnvelopeError) {
        mac = try RunningMAC(key: key)
        self.head = head
    }

    /// Appends the next line to `buffer`.
    /// - Parameter commit: the vault's commit that the event describes; the last member before the code.
    mutating func append(
        _ event: AuditEvent, at time: Timestamp, commit: Int?, to buffer: inout SecretBuffer
    ) throws(EnvelopeError) {
        if second.unix != time.unixSeconds { second = (time.unixSeconds, Array(time.description.utf8)) }
        let start = buffer.count
        let sequence = head.sequence + 1
        buffer.append(literal: #"{"seq":"#)
        buffer.append(decimal: sequence)
        buffer.append(literal: Self.time)
        buffer.append(unsafe second.text.span.bytes)
        buffer.append(literal: #"","#)
        buffer.append(unsafe event.members.span.bytes)
        if let commit {
            buffer.append(literal: Self.commit)
            buffer.append(decimal: commit)
        }
        let code = try buffer.withSpan { bytes throws(EnvelopeError) -> LineCode in
            try self.code(of: bytes.extracting(start...))
        }
        buffer.append(literal: #","mac":""#)
        buffer.append(hexadecimal: unsafe code.bytes.span.bytes)
        buffer.append(literal: "\"}\n")
        head = AuditHead(sequence: sequence, code: code)
    }

    /// Whether `line` is the next one; advances if it is.
    mutating func accept(_ line: ArraySlice<UInt8>) throws(EnvelopeError) -> Bool {
        guard let parts = LineParts(line), parts.sequence == head.sequence + 1,
            try code(of: unsafe Array(parts.body).span.bytes) == parts.code
        else { return false }
        head = AuditHead(sequence: parts.sequence, code: parts.code)
        return true
    }

    /// Continues from another place; the lines in between are missing.
    mutating func jump(to head: AuditHead) { self.head = head }

    private mutating func code(of line: RawSpan) throws(EnvelopeError) -> LineCode {
        var full = InlineArray<32, UInt8>(repeating: 0)
        var span = full.mutableSpan
        var output = unsafe span.mutableBytes
        try mac.authenticate(unsafe head.code.bytes.span.bytes, line, into: &output)
        var code = LineCode()
        for index in 0..<LineCode.length { code.bytes[index] = full[index] }
        return code
    }

    fileprivate static var time: StaticString { #","time":""# }
    fileprivate static var commit: StaticString { #","commit":"# }
}

/// The parts of a line that the chain needs.
struct LineParts {
    let sequence: Int
    /// When it was written, as the text of a ``Timestamp``; empty when it is not where the chain puts it.
    let time: ArraySlice<UInt8>
    /// The bytes that the code covers, besides the code before it.
    let body: ArraySlice<UInt8>
    let code: LineCode

    /// - Parameter line: without its line feed.
    init?(_ line: ArraySlice<UInt8>) {
        guard line.count > LineChain.tailLength + 8 else { return nil }
        let end = line.endIndex - LineChain.tailLength
        guard line[end..<end + 8].elementsEqual(#","mac":""#.utf8), line.suffix(2).elementsEqual("\"}".utf8),
            let code = LineCode(hexadecimal: line[(end + 8)..<(line.endIndex - 2)]),
            line.prefix(7).elementsEqual(#"{"seq":"#.utf8)
        else { return nil }
        let digits = line.dropFirst(7).prefix { (0x30...0x39).contains($0) }
        guard (1...18).contains(digits.count), digits.first != 0x30 else { return nil }
        sequence = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        let rest = line[digits.endIndex..<end]
        let time = LineChain.time.description.utf8
        self.time = rest.starts(with: time) ? rest.dropFirst(time.count).prefix(20) : []
        body = line[..<end]
        self.code = code
    }

    /// Whether the line records a refusal.
    var isDenied: Bool {
        let rest = body[time.endIndex...]
        guard rest.starts(with: Self.action) else { return false }
        return rest.dropFirst(Self.action.count).drop { $0 != UInt8(ascii: "\"") }.starts(with: Self.denied)
    }

    private static let action = Array(#"","action":""#.utf8)
    private static let denied = Array(#"","outcome":"denied""#.utf8)

    /// The commit of the vault that the line describes, if any.
    var commit: Int? {
        let digits = body.reversed().prefix { (0x30...0x39).contains($0) }.count
        let name = LineChain.commit.description.utf8
        guard (1...18).contains(digits), body.dropLast(digits).suffix(name.count).elementsEqual(name)
        else { return nil }
        return body.suffix(digits).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
