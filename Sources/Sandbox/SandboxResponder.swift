import Dispatch
import Domain
import SecretMemory
import SocketAPI
import SocketServer

/// Answers the requests on the sandbox's connections, and delivers each answer in the way that it asks for.
struct SandboxResponder: Responder {
    let shared: SharedState
    let address: LoopbackAddress
    let onRequest: (@Sendable (RequestLog.Entry) -> Void)?

    /// A stand-in closes no connection that may still be used.
    static var limits: ConnectionLimits {
        var limits = ConnectionLimits()
        (limits.request, limits.idle, limits.drain) = (60, 24 * 3_600, 0)
        (limits.requests.takesAnyTarget, limits.requests.keepsAuthorization) = (true, true)
        return limits
    }

    var methods: [Method] { Method.allCases }
    func needs(of _: Identity) -> IdentityNeeds { [] }
    func standing(of _: Identity) -> Standing { .owner }

    func respond(to request: Request, from _: Identity, _: inout AnyObject?) -> Reply {
        if let refusal = refusal(of: request) { return .now(refusal.rendered()) }
        let response = shared.handle(SandboxRequest(request))
        if let entry = response.entry { onRequest?(entry) }
        let isPlain = response.delivery == .whole && response.delayMilliseconds == 0
        return isPlain ? .now(response.rendered()) : .watch(Delivery(response))
    }
}

extension SandboxResponder {
    /// A web page in a browser on this machine must neither read nor change anything: not by a name that it has resolve to
    /// this address, and not by a form, which needs nobody's consent.
    private func refusal(of request: Request) -> SandboxResponse? {
        guard address.isMeant(by: request.host) else {
            return .apiError(400, code: 400, "The Host field is not this address: http://\(address)")
        }
        return request.origin == nil ? nil : .apiError(403, code: 403, "The sandbox is not for web pages.")
    }
}

/// Delivers an answer late, incomplete, or not at all.
final class Delivery: Watch {
    /// How long a client may wait for no answer, in seconds.
    private static let patience = 60

    private let response: SandboxResponse
    private var connection: Connection?
    private var waited = 0
    private var isSent = false

    init(_ response: SandboxResponse) { self.response = response }

    func begin(at connection: Connection) -> RecordedResponse? {
        self.connection = connection
        let this = LoopBound(self, on: connection.loop)
        let delay = DispatchTimeInterval.milliseconds(response.delayMilliseconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + delay) { this.execute { $0.deliver() } }
        return nil
    }

    private func deliver() {
        switch response.delivery {
        case .hung: break
        case .dropped: end()
        case .whole: connection.take()?.answer(RecordedResponse(response.rendered()))
        case .truncated:
            isSent = true
            let kept = response.keptBytes ?? response.body.count / 2
            connection?.send(head: response.rendered(bytes: min(kept, response.body.count)))
        }
    }

    func tick() {
        waited += 1
        if response.delivery == .hung, waited > Self.patience { end() }
    }

    func caughtUp() { if isSent { end() } }
    func end(_: RenderedResponse) { end() }
    func abandon() { connection = nil }

    private func end() { connection.take()?.close() }
}

extension SandboxRequest {
    init(_ request: Request) {
        self.init(request.method.rawValue, request.target.text)
        for (name, value) in [("authorization", request.authorization), ("content-type", request.contentType)] {
            if let value { headers.append((name, value)) }
        }
        if let sent = request.body { body = sent.bytes.withSpan { $0.array } }
    }
}

extension SandboxResponse {
    /// The bytes to send: a head that promises the whole body, and the given part of the body.
    func rendered(bytes: Int? = nil) -> RenderedResponse {
        var head = SecretBuffer(capacity: 512)
        head.append("HTTP/1.1 \(status) \(Status(rawValue: status)?.reason ?? "")\r\n")
        for (name, value) in headers { head.append("\(name): \(value)\r\n") }
        head.append("Content-Length: \(body.count)\r\n")
        let part = unsafe SecretBytes(copying: body.span.bytes.extracting(first: bytes ?? body.count))
        return RenderedResponse(head: head, body: part)
    }
}
