import CPlatform
import Domain
import Glibc

/// Where connections come in.
final class Acceptance: EventSource {
    /// Connections of strangers, taken or refused, in one turn.
    private static let most = 64
    /// Errors of accept(2) that leave the connection where it is, so that it would be reported again at once.
    private static let shortages: Set<CInt> = [EMFILE, ENFILE, ENOBUFS, ENOMEM]
    private let descriptor: CInt
    private let knowsCallers: Bool
    private unowned let worker: Worker
    private var isReported = false

    init(_ descriptor: CInt, _ knowsCallers: Bool, _ worker: Worker) {
        self.descriptor = descriptor
        self.knowsCallers = knowsCallers
        self.worker = worker
    }

    /// Has the loop report connections, if it does not. Called each second as well.
    func resume() { if !isReported { isReported = worker.loop.add(self, descriptor, [.readable, .shared]) } }

    func pause() {
        if isReported { worker.loop.remove(descriptor) }
        isReported = false
    }

    /// One at a time: who is connected already has its turn between two. Strangers cost little, since few of their requests are
    /// answered in a turn, and must not keep those behind them waiting.
    func ready(_: Readiness) {
        for _ in 0..<Self.most {
            let accepted = kt_accept(descriptor)
            guard accepted >= 0 else {
                guard Self.shortages.contains(errno) else { return }
                worker.refuse(.shortage(errno))
                return pause()
            }
            if let taken = worker.admit(accepted, knowsCallers: knowsCallers), !taken.isStranger { return }
        }
    }
}

extension Identity {
    /// Whoever came over the network of this machine: the kernel knows no user. (uid_t)-1 is nobody's number.
    static let nobody = Identity(uid: UInt32.max, gid: UInt32.max, pid: 0, isForeign: true)
}
