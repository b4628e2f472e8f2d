import CPlatform
import Domain
import Glibc
import SecretMemory
import SocketAPI

/// The connections of one loop: accepts them, gives each its turn, and writes the audit records of one turn together
/// before any of the answers is sent. Used on its loop only.
@safe final class Worker {
    /// The most bytes of one read.
    private static let room = 32 << 10
    private static let sending = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)

    let loop: EventLoop
    let responder: any Responder
    let limits: ConnectionLimits
    private let quota: ConnectionQuota
    private let proc: ProcFS
    private let clock: @Sendable () -> Int
    let refuse: @Sendable (ConnectionQuota.Refusal) -> Void

    private(set) var now = 0
    /// Whether the daemon is stopping: each connection gets at most one more answer.
    private(set) var isDraining = false
    var latency = ServerLatency()
    private(set) var connections: [ObjectIdentifier: Connection] = [:]
    private var peak = ConnectionPeak()
    private var listeners: [CInt: Acceptance] = [:]
    private let room: UnsafeMutableRawBufferPointer
    private var date = DateField()
    /// Connections whose unread bytes are handled next, in order.
    private var due: [Connection] = []
    /// Connections that are sent something at the end of this turn, in the order of their records.
    private(set) var flushed: [Connection] = []
    private var records: [any AnswerRecord] = []
    /// Who may have how many requests answered in this turn.
    let shares: TurnShares
    /// The number of requests answered in this turn, and the time of the first.
    private var answers = 0
    private var began = 0

    init(
        _ loop: EventLoop, _ responder: any Responder, _ limits: ConnectionLimits, _ quota: ConnectionQuota,
        _ proc: ProcFS, clock: @escaping @Sendable () -> Int = { time(nil) },
        refuse: @escaping @Sendable (ConnectionQuota.Refusal) -> Void
    ) {
        self.loop = loop
        (self.responder, self.limits) = (responder, limits)
        (self.quota, self.proc) = (quota, proc)
        (self.clock, self.refuse) = (clock, refuse)
        shares = TurnShares(limits)
        unsafe room = .allocate(byteCount: Self.room, alignment: 16)
        // Each holds the other until the loop ends.
        loop.work = EventLoop.Work(endTurn: { self.endTurn() }, tick: { self.tick() })
    }

    deinit { unsafe room.deallocate() }

    // MARK: Connections
    /// - Parameter knowsCallers: whether the kernel identifies callers. If not, all callers are unknown.
    func listen(at descriptor: CInt, knowsCallers: Bool) {
        let acceptance = Acceptance(descriptor, knowsCallers, self)
        listeners[descriptor] = acceptance
        acceptance.resume()
    }

    func stopListening(at descriptor: CInt) { listeners.removeValue(forKey: descriptor)?.pause() }

    /// Adds a connection, or closes it unread.
    /// - Returns: `nil` when it was refused.
    @discardableResult
    func admit(_ descriptor: CInt, knowsCallers: Bool) -> Connection? {
        let process = knowsCallers ? PeerProcess(descriptor, proc: proc) : nil
        if let caller = process.map({ $0.identify() }) ?? Identity.nobody { return admit(descriptor, caller, process) }
        close(descriptor)
        return nil
    }

    func admit(_ descriptor: CInt, _ caller: Identity, _ process: PeerProcess? = nil) -> Connection? {
        var caller = caller
        guard let place = place(for: &caller, process) else {
            close(descriptor)
            return nil
        }
        let connection = Connection(descriptor, caller, process, place, self)
        connections[ObjectIdentifier(connection)] = connection
        peak.record(connections.count)
        if connection.hasTurn { connection.receive() }
        connection.settle()
        return connection
    }

    private func place(for caller: inout Identity, _ process: PeerProcess?) -> ConnectionQuota.Place? {
        let taken = ConnectionQuota.Place(uid: caller.uid, standing: responder.standing(of: caller))
        if let refusal = quota.claim(taken) {
            refuse(refusal)
            return nil
        }
        var place: ConnectionQuota.Place? = taken
        let needs = responder.needs(of: caller)
        if needs.isEmpty { return place }
        if process?.learn(needs, of: &caller) != false { return reclassify(&place, as: caller) ? place : nil }
        quota.release(taken)
        return nil
    }

    /// Counts a place under the caller's present standing.
    /// - Returns: whether there is room.
    func reclassify(_ place: inout ConnectionQuota.Place?, as caller: Identity) -> Bool {
        let refusal = quota.move(&place, to: responder.standing(of: caller))
        if let refusal { refuse(refusal) }
        return refusal == nil
    }

    /// Policies may have changed: callers without one now count as strangers, and are closed beyond those limits.
    func updateStandings() { for connection in connections.values { connection.updateStanding() } }

    func closed(_ connection: Connection, _ place: ConnectionQuota.Place?) {
        connections[ObjectIdentifier(connection)] = nil
        if let place { quota.release(place) }
    }

    /// Reads once, at most this many bytes. They are wiped when `body` returns.
    /// - Returns: the result of recv(2).
    func receive(_ descriptor: CInt, most: Int, _ body: (RawSpan) -> Void) -> Int {
        let count = unsafe recv(descriptor, room.baseAddress, min(most, room.count), CInt(MSG_DONTWAIT))
        if count > 0 { unsafe Self.lend(room[..<count], to: body) }
        return count
    }

    /// - Returns: the number of bytes that the kernel accepted; `nil` when the connection is broken.
    func send(_ bytes: RawSpan, to descriptor: CInt) -> Int? {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Self.sending)
        }
        return count >= 0 ? count : errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    /// Joins the outgoing bytes, so that the client wakes up once for them. They are wiped when `send` returns.
    func gather(_ outgoing: [Outgoing], isRecorded: Bool, _ send: (RawSpan) -> Void) {
        let room = unsafe room
        var end = 0
        outgoing.forEachPart(isRecorded: isRecorded, date: date) { part in
            if part.byteCount > room.count - end {
                unsafe Self.lend(room[..<end], to: send)
                end = 0
            }
            guard part.byteCount <= room.count else { return send(part) }
            unsafe part.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: room[end...]).copyMemory(from: $0)
            }
            end += part.byteCount
        }
        unsafe Self.lend(room[..<end], to: send)
    }

    /// Wipes the bytes when `body` returns.
    private static func lend(_ bytes: Slice<UnsafeMutableRawBufferPointer>, to body: (RawSpan) -> Void) {
        let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes)
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        body(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(bytes)))
        unsafe explicit_bzero(base, bytes.count)
    }

    // MARK: Turns

    /// Lets a connection continue with its bytes in the next turn.
    func scheduleTurn(of connection: Connection) {
        guard !connection.isDue else { return }
        connection.isDue = true
        due.append(connection)
    }

    /// Sends a connection's answer at the end of the turn.
    func answered(_ connection: Connection, _ record: (any AnswerRecord)?, isImmediate: Bool) {
        if isImmediate, began == 0 { began = Latency.now }
        answers += isImmediate ? 1 : 0
        if let record { records.append(record) }
        scheduleFlush(of: connection)
    }

    func scheduleFlush(of connection: Connection) {
        guard !connection.isFlushed else { return }
        connection.isFlushed = true
        flushed.append(connection)
    }

    /// - Returns: whether there is more to do at once.
    private func endTurn() -> Bool {
        if loop.isCrowded { for listener in listeners.values { listener.takeTurn() } }
        let waiting = due
        due.removeAll(keepingCapacity: true)
        var later: [Connection] = []
        for connection in waiting {
            if connection.hasTurn { connection.proceed() } else { later.append(connection) }
        }
        // Connections that have not had their turn come first.
        if !later.isEmpty { due.insert(contentsOf: later, at: 0) }
        shares.begin()
        if !flushed.isEmpty { commit() }
        // A watch continues with the next part as soon as one was sent.
        return !due.isEmpty || !flushed.isEmpty
    }

    private func commit() {
        let (connections, lines) = (flushed, records)
        flushed.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        for connection in connections {
            connection.isFlushed = false
            connection.state.commits += 1
        }
        switch lines.first.map({ type(of: $0).commit(lines) }) ?? .done {
        case .done: flush(connections, isRecorded: true)
        case .failed: flush(connections, isRecorded: false)
        case .later(let whenDone):
            let waiting = LoopBound((worker: self, connections: connections), on: loop)
            whenDone { isDone in waiting.execute { $0.worker.flush($0.connections, isRecorded: isDone) } }
        }
        guard answers > 0 else { return }
        latency.answered += answers
        latency.immediate.add(Latency.now - began, times: answers)
        (answers, began) = (0, 0)
    }

    private func flush(_ connections: [Connection], isRecorded: Bool) {
        date.turn(to: clock())
        for connection in connections { connection.flush(isRecorded: isRecorded) }
    }

    func tick() {
        now += 1
        for listener in listeners.values { listener.resume() }
        for connection in connections.values { connection.tick() }
        if responder.keepsNothing { revoke(unfinished: false) }
        if peak.hasFallen(to: connections.count) { ConnectionPeak.returnMemory() }
    }

    // MARK: Stopping

    func drain(_ refusal: RenderedResponse) {
        isDraining = true
        for connection in connections.values { connection.drain(refusal) }
    }

    /// Closes connections whose client does not read its answer.
    func revoke(unfinished: Bool) { connections.values.forEach { $0.revoke(unfinished: unfinished) } }

    func closeAll() { connections.values.forEach { $0.close() } }
}
