import CPlatform
import Domain
import Glibc
import SecretMemory
import SocketAPI

/// The connections of one loop: accepts them, gives each its turn, and has what they were answered in one turn put into the
/// audit log together before any of it leaves. Used on its loop alone.
@safe final class Worker {
    /// Bytes that one read takes at most.
    private static let room = 32 << 10
    private static let sending = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)

    let loop: EventLoop
    let responder: any Responder
    let limits: ConnectionLimits
    private let quota: ConnectionQuota
    private let proc: ProcFS
    let refuse: @Sendable (ConnectionQuota.Refusal) -> Void

    private(set) var now = 0
    /// Whether the daemon stops: each connection gets one more answer at most.
    private(set) var isDraining = false
    var latency = ServerLatency()
    private(set) var connections: [ObjectIdentifier: Connection] = [:]
    private var peak = ConnectionPeak()
    private var listeners: [CInt: Acceptance] = [:]
    private let room: UnsafeMutableRawBufferPointer
    private var date = DateField()
    /// Whose unread bytes are to be looked at next, in their order.
    private var due: [Connection] = []
    /// Who is sent something at the end of this turn, and which records come first.
    private(set) var flushed: [Connection] = []
    private var records: [any AnswerRecord] = []
    /// Requests of strangers that are still answered in this turn.
    var leftOfStrangers: Int
    /// How many requests were answered in this turn, and when the first was.
    private var answers = 0
    private var began = 0

    init(
        _ loop: EventLoop, _ responder: any Responder, _ limits: ConnectionLimits, _ quota: ConnectionQuota,
        _ proc: ProcFS, refuse: @escaping @Sendable (ConnectionQuota.Refusal) -> Void
    ) {
        self.loop = loop
        self.responder = responder
        self.limits = limits
        self.quota = quota
        self.proc = proc
        self.refuse = refuse
        leftOfStrangers = limits.turnOfStrangers
        unsafe room = .allocate(byteCount: Self.room, alignment: 16)
        // Each keeps the other, until the loop ends.
        loop.work = EventLoop.Work(endTurn: { self.endTurn() }, tick: { self.tick() })
    }

    deinit { unsafe room.deallocate() }

    // MARK: Connections

    /// - Parameter knowsCallers: whether the kernel says who connects. Where it does not, everybody is nobody.
    func listen(at descriptor: CInt, knowsCallers: Bool) {
        let acceptance = Acceptance(descriptor, knowsCallers, self)
        listeners[descriptor] = acceptance
        acceptance.resume()
    }

    func stopListening(at descriptor: CInt) { listeners.removeValue(forKey: descriptor)?.pause() }

    /// Takes a connection, or closes it unread.
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
        peak.note(connections.count)
        connection.receive()
        connection.settle()
        return connection
    }

    private func place(for caller: inout Identity, _ process: PeerProcess?) -> ConnectionQuota.Place? {
        var place = ConnectionQuota.Place(uid: caller.uid, standing: responder.standing(of: caller))
        if let refusal = quota.take(place) {
            refuse(refusal)
            return nil
        }
        let needs = responder.needs(of: caller)
        if needs.isEmpty || (process?.learn(needs, of: &caller) != false && reclassify(&place, as: caller)) {
            return place
        }
        quota.give(place)
        return nil
    }

    /// Counts a place as the caller's standing is by now.
    /// - Returns: whether there is one.
    func reclassify(_ place: inout ConnectionQuota.Place, as caller: Identity) -> Bool {
        let refusal = quota.move(&place, to: responder.standing(of: caller))
        if let refusal { refuse(refusal) }
        return refusal == nil
    }

    /// Who has a rule may be another by now: who has none any more gives places up, as far as strangers have no more.
    func updateStandings() { for connection in connections.values { connection.updateStanding() } }

    func closed(_ connection: Connection, _ place: ConnectionQuota.Place) {
        connections[ObjectIdentifier(connection)] = nil
        quota.give(place)
    }

    /// Reads once, so many bytes at most. What was read is wiped when `body` returns.
    /// - Returns: as of recv(2).
    func receive(_ descriptor: CInt, most: Int, _ body: (RawSpan) -> Void) -> Int {
        let count = unsafe recv(descriptor, room.baseAddress, min(most, room.count), CInt(MSG_DONTWAIT))
        if count > 0 { unsafe Self.lend(room[..<count], to: body) }
        return count
    }

    /// - Returns: how many bytes the kernel took; `nil` when the client can be sent nothing more.
    func send(_ bytes: RawSpan, to descriptor: CInt) -> Int? {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Self.sending)
        }
        return count >= 0 ? count : errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    /// Puts together what leaves, so that the client is woken once for it. What was put together is wiped when `send` returns.
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

    /// Has a connection go on with what it has, in the next turn.
    func scheduleTurn(of connection: Connection) {
        guard !connection.isDue else { return }
        connection.isDue = true
        due.append(connection)
    }

    /// Has what a connection was answered leave at the end of the turn.
    func answered(_ connection: Connection, _ record: (any AnswerRecord)?) {
        if began == 0 { began = Latency.now }
        answers += 1
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
        let turn = due
        due.removeAll(keepingCapacity: true)
        var later: [Connection] = []
        for connection in turn {
            if connection.hasTurn { connection.proceed() } else { later.append(connection) }
        }
        // Who did not have its turn now has it before who did.
        if !later.isEmpty { due.insert(contentsOf: later, at: 0) }
        leftOfStrangers = limits.turnOfStrangers
        if !flushed.isEmpty { commit() }
        // A watch goes on with the next part as soon as one has left.
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
        date.turn(to: time(nil))
        for connection in connections { connection.flush(isRecorded: isRecorded) }
    }

    func tick() {
        now += 1
        for listener in listeners.values { listener.resume() }
        for connection in connections.values { connection.tick() }
        if responder.keepsNothing { revoke(unfinished: false) }
        if peak.hasFallen(to: connections.count) { ConnectionPeak.returnMemory() }
    }

    // MARK: The end

    func drain(_ refusal: RenderedResponse) {
        isDraining = true
        for connection in connections.values { connection.drain(refusal) }
    }

    /// Has no answer stay in memory because its client does not read it.
    func revoke(unfinished: Bool) { connections.values.forEach { $0.revoke(unfinished: unfinished) } }

    func closeAll() { connections.values.forEach { $0.close() } }
}
