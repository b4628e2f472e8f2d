import CPlatform
import Domain
import Glibc

/// Accepts connections.
final class Acceptance: EventSource {
    /// The most connections, accepted or refused, in one turn.
    private static let most = 64
    /// Errors of accept(2) after which the connection stays in the queue and would be reported again at once.
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

    /// Makes the loop report connections, unless it does already. Also called each second.
    func resume() { if !isReported { isReported = worker.loop.add(self, descriptor, [.readable, .shared]) } }

    func pause() {
        if isReported { worker.loop.remove(descriptor) }
        isReported = false
    }

    /// Accepts in a turn whose events were of connections only: however many are ready, new ones are not kept waiting.
    func takeTurn() { if isReported { accept() } }

    func ready(_: Readiness) { accept() }

    /// Accepts one connection at a time, so that existing ones have their turns in between. A connection of a stranger, or
    /// of somebody whose share of the turn is used up, costs little, and must not delay those behind it.
    private func accept() {
        for _ in 0..<Self.most {
            let accepted = kt_accept(descriptor)
            guard accepted >= 0 else {
                guard Self.shortages.contains(errno) else { return }
                worker.refuse(.shortage(errno))
                return pause()
            }
            if let taken = worker.admit(accepted, knowsCallers: knowsCallers), !taken.isStranger, taken.hasTurn {
                return
            }
        }
    }
}

extension Identity {
    /// A caller over loopback has no identity in the kernel; (uid_t)-1 is not a valid uid.
    static let nobody = Identity(uid: UInt32.max, gid: UInt32.max, pid: 0, isForeign: true)
}
