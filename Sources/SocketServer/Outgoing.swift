import SecretMemory
import SocketAPI

/// Something that leaves at the end of a turn.
enum Outgoing {
    /// An answer, whether the connection ends after it, and what is sent instead when its record cannot be written.
    case answer(RenderedResponse, isLast: Bool, unrecorded: RenderedResponse?)
    /// A part of one that goes on.
    case part(SecretBox)
}

extension [Outgoing] {
    /// Hands out everything in one piece, so that the client is woken once for it.
    func forEachPiece(isRecorded: Bool, _ send: (RawSpan) -> Void) {
        // Nearly always: from the memory that it was rendered into, with no copy on the way.
        if count == 1, isRecorded, case .answer(let response, isLast: false, _) = self[0] {
            return response.forEachPart(closing: false, send)
        }
        var all = SecretBuffer(capacity: 1_024)
        for item in self {
            switch item {
            case .answer(let response, let isLast, let unrecorded):
                let said = isRecorded ? response : unrecorded ?? response
                said.forEachPart(closing: isLast) { all.append($0) }
            case .part(let part): all.append(part.bytes)
            }
        }
        if all.count > 0 { all.withSpan(send) }
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

    /// - Parameter send: how many bytes were taken; negative when none could be.
    /// - Returns: whether nothing is left.
    mutating func proceed(_ send: (RawSpan) -> Int) -> Bool {
        let offset = offset
        self.offset += max(bytes.bytes.withSpan { send($0.extracting(offset...)) }, 0)
        return self.offset == bytes.bytes.count
    }
}
