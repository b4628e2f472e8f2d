import SecretMemory
import SocketAPI

/// Something that leaves at the end of a turn.
enum Outgoing {
    /// An answer, whether the connection ends after it, and whether its head is all that was asked for.
    case answer(RecordedResponse, isLast: Bool, headAlone: Bool)
    /// A part of one that goes on.
    case part(SecretBox)
}

extension [Outgoing] {
    /// Hands out all bytes, in their order.
    /// - Parameter date: when they are sent.
    func forEachPart(isRecorded: Bool, date: DateField, _ body: (RawSpan) -> Void) {
        for item in self {
            switch item {
            case .answer(let answer, let isLast, let headAlone):
                answer.sent(isRecorded).forEachPart(headAlone: headAlone, closing: isLast, date: date, body)
            case .part(let part): part.bytes.withSpan(body)
            }
        }
    }
}

/// What the kernel did not take, in the parts in which it was to leave.
struct UnsentBytes {
    private var parts: [SecretBox]
    /// Bytes that the kernel has taken of the first part.
    private var offset = 0

    init(_ bytes: RawSpan) { parts = [SecretBox(SecretBytes(copying: bytes))] }

    mutating func append(_ more: RawSpan) { parts.append(SecretBox(SecretBytes(copying: more))) }

    /// - Parameter send: how many bytes were taken; `nil` when none ever will be.
    /// - Returns: whether nothing is left; `nil` as of `send`.
    mutating func proceed(_ send: (RawSpan) -> Int?) -> Bool? {
        while let first = parts.first {
            let offset = offset
            guard let sent = first.bytes.withSpan({ send($0.extracting(offset...)) }) else { return nil }
            self.offset += sent
            guard self.offset == first.bytes.count else { return false }
            parts.removeFirst()
            self.offset = 0
        }
        return true
    }
}
