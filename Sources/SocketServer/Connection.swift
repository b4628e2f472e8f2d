package import Domain
import Glibc
import SecretMemory
import SocketAPI

/// One connection: reads requests in order, answers each, and enforces the time limits.
///
/// While an answer is pending, or the client does not read what was sent, nothing more is read, so that a client delays
/// only itself. Memory stays bounded meanwhile: the rest of one read, and the rest of one turn's answers. Used on its
/// loop only.
package final class Connection: EventSource {
    let descriptor: CInt
    let worker: Worker
    package private(set) var caller: Identity
    private(set) var process: PeerProcess?
    var place: ConnectionQuota.Place?  // nil once it was given back
    var state: ConnectionState
    private var reader: RequestReader
    /// Bytes that arrived and were not consumed yet, in memory that is wiped; `nil` when there are none.
    private var unread: SecretBytes?
    var unreadCount: Int { unread?.count ?? 0 }
    /// Whether ``unread`` was examined, and contains no complete request.
    private var isStarved = true
    /// Whether the pending request asks only for the head.
    private var asksHead = false
    /// What is sent at the end of this turn, in order, and whether all audit lines for it were written.
    private var outbox: [Outgoing] = []
    private var isRecorded = true
    /// The bytes that the kernel did not accept.
    private(set) var unsent: UnsentBytes?
    var watch: (any Watch)?
    private var interest = Interest()
    /// What the responder left for the next request.
    private var memo: AnyObject?
    var (isDue, isFlushed) = (false, false)  // whether it is in one of the worker's lists already
    private(set) lazy var shareOfUser = worker.shares.of(caller.uid)

    init(
        _ descriptor: CInt, _ caller: Identity, _ process: PeerProcess?, _ place: ConnectionQuota.Place,
        _ worker: Worker
    ) {
        self.descriptor = descriptor
        self.caller = caller
        self.process = process
        self.place = place
        self.worker = worker
        reader = RequestReader(limits: worker.limits.requests)
        state = ConnectionState(now: worker.now)
    }

    /// Sends something at the end of this turn.
    func enqueue(_ item: Outgoing) {
        outbox.append(item)
        worker.scheduleFlush(of: self)
    }

    package func close() {
        guard state.phase != .closed else { return }
        state.closes()
        watch.take()?.abandon()
        (unsent, outbox, process, memo) = (nil, [], nil, nil)  // a task may keep the connection for longer
        unread = nil
        if interest.isKnown { worker.loop.remove(descriptor) }
        Glibc.close(descriptor)
        worker.closed(self, place)
    }

    /// Whether the client has not read everything that was sent.
    package var isBehind: Bool { state.isBehind || !outbox.isEmpty }

    // MARK: Reading

    func ready(_ readiness: Readiness) {
        if readiness.contains(.writable) { sendUnsent() }
        if isDue || !hasTurn {
            // It has more than may be answered in this turn. What it sends meanwhile stays in the kernel.
        } else if state.mayRead, !readiness.isDisjoint(with: [.readable, .gone]) {
            receive()
        } else if readiness.contains(.gone) {
            close()  // nobody would read what is sent
        } else if readiness.contains(.readable) {
            interest.isReportedInVain = true
        }
        settle()
    }

    /// Reads the available bytes. A new connection is read at once: most clients have sent their request by then.
    func receive() {
        let count = worker.receive(descriptor, most: isStranger ? worker.limits.roomOfStranger : Int.max) {
            [self] span in
            guard state.phase != .lingering else { return }
            state.arrived(now: now)
            guard let old = unread.take() else { return buffer(span, after: take(span)) }
            var all = SecretBuffer(capacity: old.count + span.byteCount)
            all.append(old)
            all.append(span)
            all.withSpan { buffer($0, after: take($0)) }
        }
        switch count {
        case 0: state.hasEnded = true
        case ..<0 where errno != EAGAIN && errno != EINTR: close()
        default: break
        }
    }

    /// Continues with bytes that arrived earlier.
    func proceed() {
        isDue = false
        if let old = unread.take() { old.withSpan { buffer($0, after: take($0)) } }
        settle()
    }

    private func buffer(_ bytes: RawSpan, after taken: Int) {
        guard state.phase != .closed else { return }
        unread = taken < bytes.byteCount ? SecretBytes(copying: bytes.extracting(taken...)) : nil
        state.isWithin = taken < bytes.byteCount
    }

    /// Handles the available requests in order, until one must wait, or other connections have waited for one turn.
    /// - Returns: the number of bytes consumed.
    private func take(_ bytes: RawSpan) -> Int {
        var taken = 0
        var left = min(isStranger ? worker.limits.turnOfStranger : worker.limits.turn, share.left)
        isStarved = bytes.byteCount == 0
        while state.mayTake, taken < bytes.byteCount {
            guard left > 0 else {
                worker.scheduleTurn(of: self)
                return taken
            }
            left -= 1
            share.use()
            switch reader.read(bytes.extracting(taken...)) {
            case .more:
                isStarved = true
                return taken
            case .refused(let problem):
                state.refused()
                asksHead = problem.isHeadAlone
                queue(RecordedResponse(Response.rendering(problem, allow: worker.responder.methods)))
                return bytes.byteCount
            case .request(let request, let consumed):
                taken += consumed
                asksHead = request.method == .head
                state.took(isLast: request.closes || worker.isDraining, now: now)
                respond(to: request)
            }
        }
        isStarved = taken == bytes.byteCount
        return taken
    }

    /// Looks up what the caller's policies need by now; `false` if its process is gone, and with it the connection.
    package func learnCaller() -> Bool {
        let needs = worker.responder.needs(of: caller)
        guard !needs.isEmpty else { return true }
        let known = caller
        guard process?.learn(needs, of: &caller) != false else {
            close()
            return false
        }
        if caller != known { memo = nil }
        return true
    }

    private func respond(to request: Request) {
        guard learnCaller() else { return }
        switch worker.responder.respond(to: request, from: caller, &memo) {
        case .recorded(let answer): queue(answer)
        case .later(let produce):
            state.waits()
            let this = LoopBound(self, on: loop)
            let began = Latency.now
            Task {
                let answer = await produce()
                this.execute {
                    $0.worker.latency.waiting.add(Latency.now - began)
                    $0.answer(answer)
                }
            }
        case .watch(let watch):
            state.watches()
            if let answer = watch.begin(at: self) { queue(answer) } else { self.watch = watch }
        }
    }

    // MARK: Answering

    /// - Parameter isImmediate: whether it was there when it was asked for.
    func queue(_ answer: RecordedResponse, isImmediate: Bool = true) {
        state.answers(now: now)
        outbox.append(.answer(answer, isLast: state.isLast, headAlone: asksHead))
        worker.answered(self, answer.record, isImmediate: isImmediate)
    }

    /// Sends the answers of this turn, and earlier ones whose audit lines are written by now.
    /// - Parameter isRecorded: whether this turn's lines are in the log.
    func flush(isRecorded: Bool) {
        state.commits -= 1
        self.isRecorded = self.isRecorded && isRecorded
        guard state.phase != .closed, !state.isHeld else { return }
        worker.gather(outbox, isRecorded: self.isRecorded) { send($0) }
        outbox.removeAll(keepingCapacity: true)
        self.isRecorded = true
        if !state.isBehind { watch?.caughtUp() }
        if unread != nil, state.mayTake { worker.scheduleTurn(of: self) }
        settle()
    }

    /// Bytes that the kernel accepts at once are no longer needed when this returns.
    private func send(_ bytes: RawSpan) {
        guard state.phase != .closed else { return }
        if unsent != nil {
            unsent?.append(bytes)
            return
        }
        guard let sent = worker.send(bytes, to: descriptor) else { return close() }
        guard sent < bytes.byteCount else { return }
        unsent = UnsentBytes(bytes.extracting(sent...))
        state.isBehind = true
    }

    private func sendUnsent() {
        guard unsent != nil else { return }
        guard let isDone = unsent?.proceed({ worker.send($0, to: descriptor) }) else { return close() }
        guard isDone else { return }
        (unsent, state.isBehind) = (nil, false)
        watch?.caughtUp()
        if unread != nil, state.mayTake { worker.scheduleTurn(of: self) }
    }

    /// Does what is due, and updates what the loop reports.
    func settle() {
        guard state.phase != .closed, outbox.isEmpty || state.isHeld else { return }
        switch state.next(isStarved: isStarved) {
        case .none: break
        case .close: return close()
        case .linger:
            shutdown(descriptor, CInt(SHUT_WR))
            state.lingers(now: now)
            unread = nil  // none of it will be answered
        }
        var wanted: Readiness = state.isBehind ? .writable : []
        if state.mayRead, !state.hasEnded { wanted.insert(.readable) }
        switch interest.change(to: wanted) {
        case .none: break
        case .add: if !worker.loop.add(self, descriptor, wanted) { close() }
        case .change: worker.loop.change(descriptor, wanted)
        }
    }
}
