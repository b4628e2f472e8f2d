import SecretMemory
import SocketAPI

/// Something to send at the end of a turn.
enum Outgoing {
    /// An answer, whether the connection closes after it, and whether only its head was requested.
    case answer(RecordedResponse, isLast: Bool, headAlone: Bool)
    /// A part of a streamed answer.
    case part(SecretBox)
}

extension [Outgoing] {
    /// Lends all bytes, in order.
    /// - Parameter date: the time of sending.
    func forEachPart(isRecorded: Bool, date: DateField, _ body: (RawSpan) -> Void) {
        for index in indices {
            switch self[index] {
            case .answer(let answer, let isLast, let headAlone):
                answer.sent(isRecorded).forEachPart(headAlone: headAlone, closing: isLast, date: date, body)
            case .part(let part): part.bytes.withSpan(body)
            }
        }
    }
}

/// The bytes that the kernel did not accept, in their original parts.
struct UnsentBytes {
    private var parts: [SecretBox]
    /// The number of bytes of the first part that were already sent.
    private var offset = 0

    init(_ bytes: RawSpan) { parts = [SecretBox(SecretBytes(copying: bytes))] }

    mutating func append(_ more: RawSpan) { parts.append(SecretBox(SecretBytes(copying: more))) }

    /// - Parameter send: returns the number of bytes accepted; `nil` when the connection is broken.
    /// - Returns: whether everything is sent; `nil` if `send` returned `nil`.
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
