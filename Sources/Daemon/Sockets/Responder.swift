import SocketAPI
import Vault

/// Answers the requests of one socket.
protocol Responder: Sendable {
    /// All methods that some path of the socket has.
    var methods: [Method] { get }

    /// What must be known of a caller beyond its credentials before it is answered.
    func needs(of caller: Identity) -> IdentityNeeds

    /// Another number whenever something changed that answers depend on. What was answered as repeatable is answered the
    /// same, to the same caller, for as long as it is the same.
    var stamp: Int { get }

    /// Called on the connection's event loop: it must not block.
    func respond(to request: Request, from caller: Identity) -> Reply
}

extension Responder {
    /// For those whose answers are never repeatable.
    var stamp: Int { 0 }
}

enum Reply {
    /// The answer is there. The hot path: no task, no hop.
    case now(RenderedResponse)
    /// The answer is there, and leaves as soon as the audit log has its line. Repeatable: the same request from the same
    /// caller gets the same answer, and leaves no other trace than the line, until the ``Responder/stamp`` changes.
    case recorded(RenderedResponse, AuditRecord, isRepeatable: Bool)
    /// The answer has to be waited for. The connection reads nothing more until it is sent.
    case later(@Sendable () async -> Answer)
    /// The answer comes when something changes, or goes on for as long as the client listens. The connection reads
    /// nothing more until it is over, and costs nothing meanwhile but its memory.
    case watch(any Watch)
}
