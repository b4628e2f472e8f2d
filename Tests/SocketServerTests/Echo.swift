import Domain
import SecretMemory
import SocketAPI
import Synchronization

@testable import SocketServer

/// Answers with the path: at once, later, or with a line first.
struct Echo: Responder {
    let methods = [Method.get]
    var recorder: Recorder?

    func needs(of caller: Identity) -> IdentityNeeds { [] }
    var lock: Lock?

    /// Whether it answers out of nothing that may stay, and who has become a stranger.
    final class Lock: Sendable {
        let isLocked = Atomic(false)
        let firstStranger = Atomic<UInt32>(2000)
    }

    var keepsNothing: Bool { lock?.isLocked.load(ordering: .relaxed) ?? false }

    func standing(of caller: Identity) -> Standing {
        let first = lock?.firstStranger.load(ordering: .relaxed) ?? 2000
        return caller.uid == 0 ? .owner : caller.uid < first ? .known : .stranger
    }

    func respond(to request: Request, from caller: Identity, _: inout AnyObject?) -> Reply {
        let response = Response(.ok).render(body: SecretBytes(copying: "\"\(request.target.path)\""))
        if let recorder {
            return .recorded(
                RecordedResponse(response, Recorder.Line(recorder: recorder, text: request.target.path)))
        }
        return .now(response)
    }
}

/// A log whose disk does as it is told.
final class Recorder: Sendable {
    struct State {
        var turns: [[String]] = []
        var isBroken = false
        var isSlow = false
        var waiting: [@Sendable (Bool) -> Void] = []
    }

    let state = Mutex(State())

    final class Line: AnswerRecord {
        let recorder: Recorder
        let text: String

        init(recorder: Recorder, text: String) {
            self.recorder = recorder
            self.text = text
        }

        static let unrecorded = Response.rendering(Problem(.auditUnavailable, "no line"))

        static func commit(_ records: [any AnswerRecord]) -> Commitment {
            let lines = records.compactMap { $0 as? Line }
            guard let recorder = lines.first?.recorder else { return .failed }
            return recorder.state.withLock { state in
                if state.isBroken { return .failed }
                state.turns.append(lines.map(\.text))
                guard state.isSlow else { return .done }
                return .later { done in recorder.state.withLock { $0.waiting.append(done) } }
            }
        }
    }

    func finish(_ isDone: Bool = true) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for done in waiting { done(isDone) }
    }
}

func request(_ path: String, _ fields: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n\(fields)\r\n"
}

/// The bodies of answers, in their order.
func bodies(_ text: String?) -> [String] {
    (text ?? "").split(separator: "\r\n\r\n").compactMap { $0.firstMatch(of: /^"([^"]*)"/).map { String($0.1) } }
}
