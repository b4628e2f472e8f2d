package import Domain
package import SocketAPI

/// Answers the requests of one socket.
package protocol Responder: Sendable {
    /// All methods of the socket's paths.
    var methods: [Method] { get }

    /// The facts beyond the credentials that are needed before the caller is answered.
    func needs(of caller: Identity) -> IdentityNeeds

    /// The caller's share of the socket. Asked before the facts of ``needs(of:)`` are known, and again afterwards.
    func standing(of caller: Identity) -> Standing

    /// Whether no answer may stay in memory: a client that has not read its answer is disconnected.
    var keepsNothing: Bool { get }

    /// Called on the connection's event loop: it must not block.
    /// - Parameter memo: whatever the responder left for the connection's next request. It must hold no secret: it stays for as
    ///   long as the connection does.
    func respond(to request: Request, from caller: Identity, _ memo: inout AnyObject?) -> Reply
}

/// A caller's share of the socket. Administrators must always get in, and strangers must not keep out known clients.
package enum Standing: Sendable {
    /// Root and the daemon's own user.
    case owner
    /// A user named by a policy.
    case known
    /// Everybody else.
    case stranger
}

extension Responder {
    package var keepsNothing: Bool { false }
}

/// The outcome of a request.
package enum Reply {
    /// The answer is ready, and is sent as soon as the audit log has its line. The hot path: no task, no thread change.
    case recorded(RecordedResponse)
    /// The answer must be waited for. The connection reads nothing more until it is sent.
    case later(@Sendable () async -> RecordedResponse)
    /// The answer comes when something changes, or is streamed for as long as the client listens. The connection reads
    /// nothing more until it is over, and costs only memory meanwhile.
    case watch(any Watch)

    /// An answer without an audit line.
    package static func now(_ response: RenderedResponse) -> Reply { .recorded(RecordedResponse(response)) }
}

/// An answer, and the audit record that must be written before it is sent.
package struct RecordedResponse: Sendable {
    package let response: RenderedResponse
    package let record: (any AnswerRecord)?

    package init(_ response: RenderedResponse, _ record: (any AnswerRecord)? = nil) {
        self.response = response
        self.record = record
    }

    /// What to send: the answer, or a refusal if its record could not be written.
    func sent(_ isRecorded: Bool) -> RenderedResponse {
        guard !isRecorded, let record else { return response }
        return type(of: record).unrecorded
    }
}

/// A record that is written before an answer is sent.
package protocol AnswerRecord: AnyObject, Sendable {
    /// Writes the records of one turn of a loop, all or none, in this order.
    static func commit(_ records: [any AnswerRecord]) -> Commitment
    /// Sent instead of an answer whose record could not be written.
    static var unrecorded: RenderedResponse { get }
}

package enum Commitment {
    case done, failed
    /// Known later: the closure that it gets is called once, on any thread, with whether the write succeeded.
    case later((@escaping @Sendable (Bool) -> Void) -> Void)
}

/// What a connection does instead of answering at once. Used on the connection's loop only.
package protocol Watch: AnyObject {
    /// - Returns: the answer, if it is available at once.
    func begin(at connection: Connection) -> RecordedResponse?
    /// Called once a second.
    func tick()
    /// The client has read everything that was sent.
    func caughtUp()
    /// End now, with this answer if none was started.
    func end(_ answer: RenderedResponse)
    /// The connection has closed.
    func abandon()
}
