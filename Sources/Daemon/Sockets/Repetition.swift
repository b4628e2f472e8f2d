import Audit
import NIOCore
import SocketAPI

/// A request that was answered, and its answer.
///
/// Clients that poll send the same bytes again and again. What they mean, and who asks, is the same each time, and so is
/// the answer, for as long as nothing changed that answers depend on (``Responder/stamp``). Keeps neither secret nor key
/// alive: both go when the vault is locked, and the repetition with them.
final class Repetition {
    /// A longer request is read anew each time.
    private static let longest = 1024

    private let head: [UInt8]
    private let stamp: Int
    private let response: RenderedResponse.Unowned
    private let event: AuditEvent
    /// What each of its answers counts as, where answers are counted.
    let count: SocketTally.Count?
    private weak var trail: AuditTrail?

    /// - Parameters:
    ///   - head: all bytes of the request, which has no body.
    ///   - stamp: the responder's, from before it decided.
    init?(
        _ head: ByteBuffer, stamp: Int, _ response: RenderedResponse, _ record: AuditRecord,
        _ count: SocketTally.Count? = nil
    ) {
        guard head.readableBytes <= Self.longest else { return nil }
        self.head = Array(head.readableBytesView)
        self.stamp = stamp
        self.response = response.unowned
        event = record.event
        self.count = count
        trail = record.trail
    }

    /// The answer to the request that `unread` begins with, and that request's length; `nil` if it is another request, or
    /// might get another answer now.
    func answer(
        _ unread: RawSpan, at stamp: Int
    ) -> (length: Int, answer: (response: RenderedResponse, record: AuditRecord))? {
        guard stamp == self.stamp, unread.begins(with: head), let trail, let response = response.response else {
            return nil
        }
        return (head.count, (response, AuditRecord(trail: trail, event: event)))
    }
}

extension RawSpan {
    fileprivate func begins(with bytes: [UInt8]) -> Bool {
        guard byteCount >= bytes.count else { return false }
        return unsafe withUnsafeBytes { mine in
            unsafe bytes.withUnsafeBytes { theirs in
                unsafe mine.prefix(theirs.count).elementsEqual(theirs)
            }
        }
    }
}
