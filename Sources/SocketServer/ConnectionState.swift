/// Where a connection stands. Decides what may be done next, and does nothing itself.
struct ConnectionState: Equatable {
    enum Phase: Equatable {
        /// Between requests, or in the middle of one.
        case reading
        /// A request was taken, and its answer is not there yet, or waits for its line in the audit log.
        case answering
        /// Waiting for a change, or telling of changes.
        case watching
        /// The last answer is due or on its way.
        case finishing
        /// Nothing more is sent; what the client still sends is read and forgotten, so that it can read the last answer.
        case lingering
        case closed
    }

    enum Action: Equatable { case none, linger, close }

    private(set) var phase = Phase.reading
    /// Whether nothing is answered after the answer that is due.
    private(set) var isLast = false
    /// Whether the client has still to take in something that was sent.
    var isBehind = false
    /// How many commits its answers wait for: their lines are not on disk.
    var commits = 0
    var isHeld: Bool { commits > 0 }
    /// Whether part of a request has arrived.
    var isWithin = false
    /// Whether the client will send nothing more.
    var hasEnded = false
    /// Whether not one request came yet.
    private var isNew = true
    /// Whether what was sent last was a refusal, whose client may still be sending.
    private var isRefused = false
    /// When the present wait began, in seconds.
    private var since: Int

    init(now: Int) { since = now }

    /// Whether the next request may be taken.
    var mayTake: Bool { phase == .reading && !isBehind && !isHeld }
    /// Whether what arrives may be read.
    var mayRead: Bool { mayTake || phase == .lingering }

    mutating func arrived(now: Int) {
        if !isWithin { since = now }
        isWithin = true
    }

    /// A request was taken.
    /// - Parameter isLast: whether it is the last one that is answered.
    mutating func took(isLast: Bool, now: Int) {
        self.isLast = isLast
        (isNew, since) = (false, now)
    }

    /// What arrived is no request. Nothing after it has a meaning.
    mutating func refused() { (isLast, isRefused, isNew) = (true, true, false) }

    /// The last part of an answer that went on is about to be sent.
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

    /// Something was sent on the way.
    mutating func progressed(now: Int) { since = now }

    mutating func lingers(now: Int) { (phase, since, isBehind) = (.lingering, now, false) }
    mutating func closes() { phase = .closed }

    /// What is to be done once nothing is left to be sent.
    /// - Parameter isStarved: whether what arrived holds no whole request.
    func next(isStarved: Bool) -> Action {
        guard !isBehind, !isHeld else { return .none }
        return switch phase {
        // To close with bytes unread is a reset to who sent them, and may take the answer from it.
        case .finishing: (isRefused || isWithin) && !hasEnded ? .linger : .close
        case .reading: hasEnded && isStarved ? .close : .none
        case .lingering: hasEnded ? .close : .none
        case .answering, .watching, .closed: .none
        }
    }

    /// Whether it has waited longer than it may.
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

    /// The daemon stops: an answer that is due goes out, and nothing after it. Who has just come may still ask, since its
    /// request may be on its way.
    mutating func drains() {
        isLast = true
        if phase == .reading, !isNew, !isWithin { phase = .finishing }
    }
}
