import CCurl
import Glibc
import Synchronization

/// All transfers of one transport, and the work of its thread. Other threads only put commands into the inbox.
final class CurlLoop: Sendable {
    typealias Answer = CheckedContinuation<Transfer.Outcome, Never>

    private enum Command {
        case start(Int, HTTPRequest, Answer)
        case cancel(Int)
    }

    private struct Inbox {
        var commands: [Command] = []
        var inFlight = 0
        var lastID = 0
        var isOpen = true
        /// Freed by the thread when it ends, so that nothing can wake it afterwards.
        var multi: CurlMulti?
    }

    private let settings: CurlTransport.Settings
    private let inbox: Mutex<Inbox>

    init(_ settings: CurlTransport.Settings, _ multi: CurlMulti) {
        self.settings = settings
        inbox = Mutex(Inbox(multi: multi))
    }

    // MARK: From any thread

    func nextID() -> Int {
        inbox.withLock { inbox in
            inbox.lastID += 1
            return inbox.lastID
        }
    }

    func start(_ id: Int, _ request: HTTPRequest, _ answer: Answer) {
        let refusal: TransportFailure.Kind? = inbox.withLock { inbox in
            guard inbox.isOpen else { return .shutDown }
            guard inbox.inFlight < settings.maximumInFlight else { return .overloaded }
            inbox.inFlight += 1
            inbox.commands.append(.start(id, request, answer))
            inbox.multi?.wakeUp()
            return nil
        }
        if let refusal { answer.resume(returning: .failure(TransportFailure(refusal, .notSent))) }
    }

    /// Cancels a transfer. An unknown or finished one is ignored.
    func cancel(_ id: Int) {
        inbox.withLock { inbox in
            inbox.commands.append(.cancel(id))
            inbox.multi?.wakeUp()
        }
    }

    func stop() {
        inbox.withLock { inbox in
            inbox.isOpen = false
            inbox.multi?.wakeUp()
        }
    }

    // MARK: On the loop's thread

    func run() {
        guard let multi = inbox.withLock({ $0.multi }) else { return }
        var transfers: [Int: Transfer] = [:]
        var isOpen = true
        while isOpen {
            let commands: [Command]
            (commands, isOpen) = inbox.withLock { inbox in
                defer { inbox.commands = [] }
                return (inbox.commands, inbox.isOpen)
            }
            for command in commands {
                switch command {
                case .start(let id, let request, let answer):
                    transfers[id] = begin(id, request, answer, multi)
                case .cancel(let id):
                    if let transfer = transfers.removeValue(forKey: id) {
                        leave(transfer, multi)
                        transfer.fail(.cancelled)
                    }
                }
            }
            guard isOpen else { break }
            var healthy = multi.perform()
            while let (id, code) = multi.nextFinished() {
                guard let transfer = transfers.removeValue(forKey: id) else { continue }
                leave(transfer, multi)
                transfer.finish(code)
            }
            healthy = healthy && multi.wait()
            if !healthy { usleep(100_000) }  // out of memory or of descriptors: do not spin until it is over
        }
        for transfer in transfers.values {
            leave(transfer, multi)
            transfer.fail(.shutDown)
        }
        inbox.withLock { $0.multi = nil }
    }

    private func begin(_ id: Int, _ request: HTTPRequest, _ answer: Answer, _ multi: CurlMulti) -> Transfer? {
        guard request.headers.allSatisfy(\.isSound), var easy = CurlEasy() else {
            inbox.withLock { $0.inFlight -= 1 }
            answer.resume(returning: .failure(TransportFailure(.invalidRequest, .notSent)))
            return nil
        }
        easy.prepare(request, settings)
        unsafe easy.set(CURLOPT_PRIVATE, pointer: UnsafeMutableRawPointer(bitPattern: id))
        let transfer = Transfer(request, easy: easy, answer: answer)
        guard transfer.easy.refused == CURLE_OK, multi.add(transfer.easy) else {
            inbox.withLock { $0.inFlight -= 1 }
            transfer.fail(.invalidRequest)
            return nil
        }
        return transfer
    }

    private func leave(_ transfer: Transfer, _ multi: CurlMulti) {
        multi.remove(transfer.easy)
        inbox.withLock { $0.inFlight -= 1 }
    }
}
