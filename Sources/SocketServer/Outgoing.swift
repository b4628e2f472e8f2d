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

/// What the kernel did not take, and how much of it it took since.
struct UnsentBytes {
    private let bytes: SecretBox
    private var offset = 0

    init(_ bytes: RawSpan) { self.bytes = SecretBox(SecretBytes(copying: bytes)) }

    /// The rest, with more behind it.
    func appending(_ more: RawSpan) -> UnsentBytes {
        var all = SecretBuffer(capacity: bytes.bytes.count - offset + more.byteCount)
        bytes.bytes.withSpan { all.append($0.extracting(offset...)) }
        all.append(more)
        return all.withSpan { UnsentBytes($0) }
    }

    /// - Parameter send: how many bytes were taken; `nil` when none ever will be.
    /// - Returns: whether nothing is left; `nil` as of `send`.
    mutating func proceed(_ send: (RawSpan) -> Int?) -> Bool? {
        let offset = offset
        guard let sent = bytes.bytes.withSpan({ send($0.extracting(offset...)) }) else { return nil }
        self.offset += sent
        return self.offset == bytes.bytes.count
    }
}
