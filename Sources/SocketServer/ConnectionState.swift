/// The state of a connection. Pure: decides what may happen next, and does nothing itself.
struct ConnectionState: Equatable {
    enum Phase: Equatable {
        /// Between requests, or in the middle of one.
        case reading
        /// A request was received, and its answer is pending, or waits for its line in the audit log.
        case answering
        /// Waiting for a change, or streaming changes.
        case watching
        /// The last answer is pending or being sent.
        case finishing
        /// Nothing more is sent; what the client still sends is read and dropped, so that it can read the last answer.
        case lingering
        case closed
    }

    enum Action: Equatable { case none, linger, close }

    private(set) var phase = Phase.reading
    /// Whether the connection closes after the pending answer.
    private(set) var isLast = false
    /// Whether the client has not read everything that was sent.
    var isBehind = false
    /// How many commits its answers wait for, because their lines are not on disk.
    var commits = 0
    var isHeld: Bool { commits > 0 }
    /// Whether part of a request has arrived.
    var isWithin = false
    /// Whether the client has finished sending.
    var hasEnded = false
    /// Whether no request has arrived yet.
    private var isNew = true
    /// Whether the last answer was a refusal, whose client may still be sending.
    private var isRefused = false
    /// When the present wait began, in seconds.
    private var since: Int

    init(now: Int) { since = now }

    /// Whether the next request may be handled.
    var mayTake: Bool { phase == .reading && !isBehind && !isHeld }
    /// Whether incoming bytes may be read.
    var mayRead: Bool { mayTake || phase == .lingering }

    mutating func arrived(now: Int) {
        if !isWithin { since = now }
        isWithin = true
    }

    /// A request was received.
    /// - Parameter isLast: whether it is the last one to be answered.
    mutating func took(isLast: Bool, now: Int) {
        self.isLast = isLast
        (isNew, since) = (false, now)
    }

    /// A malformed request arrived. Everything after it is meaningless.
    mutating func refused() { (isLast, isRefused, isNew) = (true, true, false) }

    /// The last part of a stream is about to be sent.
    mutating func ends(now: Int) {
        isLast = true
        answers(now: now)
    }

    mutating func waits() { phase = .answering }
    mutating func watches() { phase = .watching }

    /// The answer is about to be sent.
    mutating func answers(now: Int) {
        phase = isLast ? .finishing : .reading
        since = now
    }

    /// A part of an answer was sent.
    mutating func progressed(now: Int) { since = now }

    mutating func lingers(now: Int) { (phase, since, isBehind) = (.lingering, now, false) }
    mutating func closes() { phase = .closed }

    /// What to do once everything is sent.
    /// - Parameter isStarved: whether the received bytes contain no complete request.
    func next(isStarved: Bool) -> Action {
        guard !isBehind, !isHeld else { return .none }
        return switch phase {
        // Closing with unread bytes would send a reset, which may destroy the answer before the client reads it.
        case .finishing: (isRefused || isWithin) && !hasEnded ? .linger : .close
        case .reading: hasEnded && isStarved ? .close : .none
        case .lingering: hasEnded ? .close : .none
        case .answering, .watching, .closed: .none
        }
    }

    /// Whether it has exceeded its time limit.
    func isOverdue(now: Int, _ limits: ConnectionLimits, isDraining: Bool) -> Bool {
        let limit =
            switch phase {
            case _ where isBehind: limits.write
            case .finishing: limits.write
            case .lingering: limits.linger
            case .answering, .watching, .closed: Int.max
            case .reading where isDraining: limits.stopping
            case .reading: isNew || isWithin ? limits.request : limits.idle
            }
        return now - since > limit
    }

    /// The daemon stops: a pending answer is sent, and nothing after it. A new connection may still send its request,
    /// which may be on its way.
    mutating func drains() {
        isLast = true
        if phase == .reading, !isNew, !isWithin { phase = .finishing }
    }
}
