package import Domain
package import SocketAPI

/// Answers the requests of one socket.
package protocol Responder: Sendable {
    /// All methods that some path of the socket has.
    var methods: [Method] { get }

    /// What must be known of a caller beyond its credentials before it is answered.
    func needs(of caller: Identity) -> IdentityNeeds

    /// How much of the socket somebody may take up. Asked before that is known which ``needs(of:)`` says, and once it is.
    func standing(of caller: Identity) -> Standing

    /// Whether nothing that was answered may stay in memory: a client that has not taken in its answer is closed.
    var keepsNothing: Bool { get }

    /// Called on the connection's event loop: it must not block.
    func respond(to request: Request, from caller: Identity) -> Reply
}

/// How much of a socket somebody may take up. Who has to put things right must get in, and who has no business here must not
/// keep out who has.
package enum Standing: Sendable {
    /// Root and the daemon's own user.
    case owner
    /// Whom a rule names.
    case known
    /// Everybody else.
    case stranger
}

extension Responder {
    package var keepsNothing: Bool { false }
}

/// What comes of a request.
package enum Reply {
    /// The answer is there, and leaves as soon as the audit log has its line. The hot path: no task, no hop.
    case recorded(RecordedResponse)
    /// The answer has to be waited for. The connection reads nothing more until it is sent.
    case later(@Sendable () async -> RecordedResponse)
    /// The answer comes when something changes, or goes on for as long as the client listens. The connection reads
    /// nothing more until it is over, and costs nothing meanwhile but its memory.
    case watch(any Watch)

    /// An answer without a line.
    package static func now(_ response: RenderedResponse) -> Reply { .recorded(RecordedResponse(response)) }
}

/// An answer, and what must be in the audit log before it leaves.
package struct RecordedResponse: Sendable {
    package let response: RenderedResponse
    package let record: (any AnswerRecord)?

    package init(_ response: RenderedResponse, _ record: (any AnswerRecord)? = nil) {
        self.response = response
        self.record = record
    }

    /// What is sent, which is another answer where there was to be a line and is none.
    func sent(_ isRecorded: Bool) -> RenderedResponse {
        guard !isRecorded, let record else { return response }
        return type(of: record).unrecorded
    }
}

/// What is written before an answer leaves.
package protocol AnswerRecord: AnyObject, Sendable {
    /// Writes what was answered in one turn of a loop, all or none, in this order.
    static func commit(_ records: [any AnswerRecord]) -> Commitment
    /// Sent in the place of an answer whose record cannot be written.
    static var unrecorded: RenderedResponse { get }
}

package enum Commitment {
    case done, failed
    /// Known later: what it is given is called once, on any thread, with whether it was done.
    case later((@escaping @Sendable (Bool) -> Void) -> Void)
}

/// What a connection does in the place of an answer that is there at once. Used on the connection's loop alone.
package protocol Watch: AnyObject {
    /// - Returns: the answer, when it is there already.
    func begin(at connection: Connection) -> RecordedResponse?
    /// Called once a second.
    func tick()
    /// The client has taken in everything that was sent.
    func caughtUp()
    /// To be over now, with this answer if none was begun.
    func end(_ answer: RenderedResponse)
    /// The connection is gone.
    func abandon()
}
