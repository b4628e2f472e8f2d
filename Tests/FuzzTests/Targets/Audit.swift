import Domain
import SecretMemory

@testable import Audit

extension FuzzTarget {
    /// What is read of the audit log's lines by who has no key, and by who has. No line is accepted that was not made; what
    /// an event says is read back, whatever others put into it.
    static let audit = FuzzTarget(name: "audit") { input in
        var choices = Choices(input)
        switch choices.below(3) {
        case 0: try foreign(choices.rest)
        case 1: try changed(&choices)
        default: try event(text(choices.rest.prefix(1000)))
        }
    }

    private static func chain() throws -> LineChain { try LineChain(key: SecretBytes(copying: "key"), head: .start) }

    private static func foreign(_ line: ArraySlice<UInt8>) throws {
        var chain = try chain()
        let isAccepted = try chain.accept(line)
        try hold(!isAccepted, "accepted a line that nobody made")
        _ = SegmentScan.begin(line, of: 1)
        guard let parts = LineParts(line) else { return }
        try hold(parts.sequence > 0 && parts.commit ?? 0 >= 0, "numbers out of range")
        try hold(parts.body.count + LineChain.tailLength == line.count, "the body is not all but the code")
    }

    /// A line that was made, with one byte changed, or with a line before it that is missing.
    private static func changed(_ choices: inout Choices) throws {
        let (place, change, commit) = (choices.below(256), UInt8(choices.below(256)), choices.below(3))
        var writing = try chain()
        var buffer = SecretBuffer()
        let event = AuditEvent(.init("x"), .denied, [("reason", .text(text(choices.rest.prefix(500))))])
        for _ in 0..<2 {
            try writing.append(
                event, at: .init(unixSeconds: 1_800_000_000), commit: commit > 0 ? commit : nil, to: &buffer)
        }
        let lines = buffer.withSpan { $0.array }.split(separator: UInt8(ascii: "\n"))
        try hold(lines.count == 2, "an event went over several lines")
        var line = lines[0]
        line[line.startIndex + place % line.count] ^= change
        var reading = try chain()
        let isAccepted = try reading.accept(line)
        try hold(isAccepted == (change == 0), "byte \(place) changed by \(change)")
        if change == 0 { try hold(LineParts(line)?.commit == (commit > 0 ? commit : nil), "another commit") }
        reading = try chain()
        let isNext = try reading.accept(lines[1])
        try hold(!isNext, "accepted a line whose predecessor is missing")
    }

    private static func event(_ text: String) throws {
        let event = AuditEvent(.init("x"), .done, [("reason", .text(text)), ("uid", .number(7))])
        try hold(AuditEvent(text: event.text) == event, "an event is another one after it was kept")
    }
}
