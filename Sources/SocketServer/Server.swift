import Glibc
package import SocketAPI
import Synchronization
package import System

/// Serves one socket: accepts connections on several loops, and identifies each caller before a byte is read.
package final class Server: Sendable {
    /// The listening socket.
    package struct Entrance: Equatable, Sendable {
        /// Its descriptor. The server closes it in the end.
        package let descriptor: CInt
        /// Whether the kernel identifies callers. If not, all callers are unknown.
        package let knowsCallers: Bool

        package init(_ descriptor: CInt, knowsCallers: Bool) {
            self.descriptor = descriptor
            self.knowsCallers = knowsCallers
        }
    }

    private let workers: [LoopBound<Worker>]
    private let quota: ConnectionQuota
    private let limits: ConnectionLimits
    private let entrance = Mutex<Entrance?>(nil)

    /// - Parameters:
    ///   - loops: the number of threads.
    ///   - clock: for the field `Date`, in Unix time.
    ///   - complain: called with the reason why connections are refused, at most once a second.
    /// - Throws: ``SystemError`` without a free descriptor or thread.
    package init(
        _ responder: any Responder, limits: ConnectionLimits = ConnectionLimits(), loops: Int,
        clock: @escaping @Sendable () -> Int = { time(nil) },
        complain: @escaping @Sendable (String) -> Void
    ) throws(SystemError) {
        self.limits = limits
        let quota = ConnectionQuota(limits)
        self.quota = quota
        let complaints = Complaints(limits, complain)
        let proc = ProcFS()
        var workers: [LoopBound<Worker>] = []
        for _ in 0..<max(loops, 1) {
            let loop = try EventLoop()
            let worker = Worker(loop, responder, limits, quota, proc, clock: clock) { complaints.record($0) }
            workers.append(LoopBound(worker, on: loop))
            try loop.start()
        }
        self.workers = workers
    }

    deinit { for worker in workers { worker.loop.stop() } }

    /// The threads of the server.
    package var loops: [EventLoop] { workers.map(\.loop) }

    /// Accepts connections on this socket from now on, and on no other. Existing connections stay.
    package func listen(at new: Entrance) {
        let flags = fcntl(new.descriptor, F_GETFL)
        _ = fcntl(new.descriptor, F_SETFL, flags | O_NONBLOCK)  // several loops wake up for one connection
        let old = entrance.withLock { entrance in
            defer { entrance = new }
            return entrance
        }
        for worker in workers {
            worker.execute { $0.listen(at: new.descriptor, knowsCallers: new.knowsCallers) }
        }
        if let old { Task { await close(old) } }
    }

    /// Stops accepting, lets busy connections finish within the limit, and closes the remaining ones.
    /// - Parameter refusal: the answer for clients that wait for a change.
    package func stop(refusing refusal: RenderedResponse) async {
        let old = entrance.withLock { $0.take() }
        if let old { await close(old) }
        await onEach { $0.drain(refusal) }
        // Polls, because there is no notice when the last one closes; the daemon stops only once.
        for _ in 0..<limits.drain * 20 where quota.total > 0 { try? await Task.sleep(for: .milliseconds(50)) }
        await onEach { $0.closeAll() }
    }

    /// Closes connections whose client does not read its answer, or does not complete its request, so that neither stays
    /// in memory.
    package func revokeUnsent() async { await onEach { $0.revoke(unfinished: true) } }

    /// Call it when the standing of callers may have changed: connections are counted under the present one, and closed
    /// if that has no room.
    package func updateStandings() { for worker in workers { worker.execute { $0.updateStandings() } } }

    /// The answer times of all loops together.
    package func latency() async -> ServerLatency {
        let total = Mutex(ServerLatency())
        await onEach { worker in total.withLock { $0.add(worker.latency) } }
        return total.withLock { $0 }
    }

    /// Waits until every loop has released the descriptor, since its number may be reused at once.
    private func close(_ entrance: Entrance) async {
        await onEach { $0.stopListening(at: entrance.descriptor) }
        Glibc.close(entrance.descriptor)
    }

    private func onEach(_ body: @escaping @Sendable (Worker) -> Void) async {
        for worker in workers {
            await withCheckedContinuation { done in
                worker.execute {
                    body($0)
                    done.resume()
                }
            }
        }
    }
}

/// At most one message a second: callers must not be able to fill the log.
private final class Complaints: Sendable {
    private let limits: ConnectionLimits
    private let complain: @Sendable (String) -> Void
    private let last = Atomic(-1)

    init(_ limits: ConnectionLimits, _ complain: @escaping @Sendable (String) -> Void) {
        self.limits = limits
        self.complain = complain
    }

    func record(_ refusal: ConnectionQuota.Refusal) {
        let now = Latency.now / 1_000_000_000
        guard last.exchange(now, ordering: .relaxed) != now else { return }
        switch refusal {
        case .full: complain("the socket has its maximum of \(limits.connections) connections")
        case .strangers: complain("users without a policy have their maximum of \(limits.strangers) connections")
        case .user(let uid): complain("user \(uid) has the maximum number of connections")
        case .shortage(let code): complain("\(SystemError("cannot accept any for a second", code))")
        }
    }
}
