package import Domain

/// Decides which refusals get a line of their own in the audit log, and which are only counted.
///
/// Anybody who may connect can be refused any number of times. Their lines are limited for each caller in a second, for
/// all callers in a day, and by the free space; the counts are reported in one line now and then. Pure: does nothing
/// itself. Its memory is limited too, however many users one person has (subuid(5)).
package struct RefusalAllowance: Equatable, Sendable {
    package struct Limits: Equatable, Sendable {
        /// The most lines of one caller in a second.
        package var perSecond = 10
        /// The most bytes of all refusals' lines in a day, UTC.
        package var perDay = 16 << 20
        /// The free space in bytes below which refusals are only counted.
        package var reserve = 64 << 20
        /// How many callers are distinguished. All others count as one.
        var callers = 64
        /// Seconds between two counting lines of one caller; and once the day's bytes are used up.
        var often = 60
        var seldom = 3600

        package init() {}
    }

    /// Why a refusal is only counted.
    package enum Cause: String, Equatable, Sendable {
        case rate, day, room
    }

    /// Refusals without lines.
    package struct Counted: Equatable, Sendable {
        /// `nil` for callers who are not distinguished.
        package let uid: UInt32?
        package var count = 0
        /// When the first of them happened.
        package var since: Timestamp
        /// Why the last of them was only counted.
        package var cause: Cause
    }

    private struct Caller: Equatable {
        var second: Timestamp?
        var written = 0
        var counted: Counted?
    }

    /// The approximate size of a counting line; and the minimum of any line.
    private static let (counting, least) = (256, 200)

    package let limits: Limits
    private var callers: [UInt32?: Caller] = [:]
    private var day = 0
    private(set) var used = 0

    package init(_ limits: Limits) { self.limits = limits }

    var isUsedUp: Bool { used + Self.counting > limits.perDay }

    /// Sets the size of today's refusal lines that the log already has.
    package mutating func resume(used bytes: Int, at now: Timestamp) {
        begin(now)
        used = max(used, bytes)
    }

    /// - Parameters:
    ///   - bytes: the size of its line; computed only for callers who may have one.
    ///   - hasRoom: whether there is more free space than the reserve.
    /// - Returns: whether the refusal gets its line. If not, it is counted.
    package mutating func consume(_ uid: UInt32, bytes: @autoclosure () -> Int, at now: Timestamp, hasRoom: Bool)
        -> Bool
    {
        begin(now)
        let key = key(uid, now)
        var caller = callers[key] ?? Caller()
        defer { callers[key] = caller }
        if caller.second != now { (caller.second, caller.written) = (now, 0) }
        var cause: Cause?
        var size = 0
        if !hasRoom {
            cause = .room
        } else if caller.written >= limits.perSecond {
            cause = .rate
        } else if used + Self.least > limits.perDay {
            cause = .day
        } else {
            size = bytes()
            if used + size > limits.perDay { cause = .day }
        }
        guard let cause else {
            caller.written += 1
            used += size
            return true
        }
        caller.counted = Counted(
            uid: key, count: (caller.counted?.count ?? 0) + 1, since: caller.counted?.since ?? now, cause: cause)
        return false
    }

    /// The counts to report now, each in a line of its own. They are then removed.
    /// - Parameter isLast: nothing can be reported later.
    package mutating func due(at now: Timestamp, hasRoom: Bool, isLast: Bool = false) -> [Counted] {
        begin(now)
        guard hasRoom || isLast else { return [] }
        var told: [Counted] = []
        for counted in counted where isLast || isDue(counted, now) {
            callers[counted.uid]?.counted = nil
            used += Self.counting
            told.append(counted)
        }
        return told
    }

    private func isDue(_ counted: Counted, _ now: Timestamp) -> Bool {
        let passed = now - counted.since
        // A clock that was set back must not delay it for ever.
        return passed < 0 || passed >= (isUsedUp ? limits.seldom : limits.often)
    }

    /// Restores counts that could not be reported.
    package mutating func putBack(_ told: [Counted]) {
        used = max(used - Self.counting * told.count, 0)
        for old in told {
            let newer = callers[old.uid]?.counted
            callers[old.uid, default: Caller()].counted = Counted(
                uid: old.uid, count: old.count + (newer?.count ?? 0), since: old.since,
                cause: newer?.cause ?? old.cause)
        }
    }

    /// The counts that were not reported yet, largest first.
    package var counted: [Counted] {
        callers.values.compactMap(\.counted).sorted {
            ($1.count, $0.uid ?? .max) < ($0.count, $1.uid ?? .max)
        }
    }

    private mutating func begin(_ now: Timestamp) {
        let today = now.unixSeconds / 86_400
        if today != day { (day, used) = (today, 0) }
    }

    /// The caller's key in the counts.
    private mutating func key(_ uid: UInt32, _ now: Timestamp) -> UInt32? {
        if callers[uid] != nil || callers.count < limits.callers { return uid }
        callers = callers.filter { $1.counted != nil || $1.second == now }
        return callers.count < limits.callers ? uid : nil
    }
}

extension RefusalAllowance.Cause {
    /// Why refusals have no lines.
    package func words(_ limits: RefusalAllowance.Limits) -> String {
        switch self {
        case .rate: "more than \(limits.perSecond) refusals of one caller in a second"
        case .day: "refusals have taken the \(limits.perDay >> 20) MiB that they may take in a day"
        case .room:
            "less than \(limits.reserve >> 20) MiB are free, which are reserved for granted requests and changes"
        }
    }
}
