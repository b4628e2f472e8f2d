import Dispatch
import Domain
import Glibc
import Synchronization
import Vault

/// The right of one process to change a vault in a database.
///
/// Each change compares the number of the right under the vault's lock: a process that lost the right commits nothing more, however
/// late it comes. The beat only decides when another process may take the right. It must have stood still for some time by the
/// server's clock, and then for longer than a beat by the clock of the one that wants it: a server's clock may be set, and that of a
/// machine that was paused proves nothing.
final class WriterLease: Sendable {
    /// Run it after the vault's lock was taken, in a statement of its own.
    static let fence = "SELECT fence || ' ' || instance FROM keyturn.writer"

    private let holder: LeaseHolder
    private let condition: StoreCondition
    private let limits: PostgreSQLLimits
    /// Its connection is not that of the changes: a long change delays no beat.
    private let session: Session
    private let queue = DispatchQueue(label: "keyturn.postgresql.lease")
    private let held = Mutex<Int?>(nil)
    /// When the last confirmed beat was sent, by the clock.
    private let confirmed = Mutex<Duration?>(nil)
    private let clock: @Sendable () -> Duration
    private let timer = Mutex<(any DispatchSourceTimer)?>(nil)

    /// - Parameter clock: goes on while the process is stopped, and while the machine sleeps.
    init(
        _ login: ServerLogin, _ holder: LeaseHolder, _ condition: StoreCondition,
        clock: @escaping @Sendable () -> Duration = WriterLease.bootClock
    ) {
        self.clock = clock
        var limits = login.limits
        // A beat is short. What it finds out in time, no change has to wait for.
        limits.answer = min(limits.answer, limits.lock + .seconds(1))
        session = Session(ServerLogin(location: login.location, limits: limits))
        self.limits = limits
        (self.holder, self.condition) = (holder, condition)
    }

    deinit { timer.withLock { $0?.cancel() } }

    /// The number of the right; `nil` as long as this process does not have it.
    var number: Int? { held.withLock { $0 } }

    /// What ``fence`` reads as long as this process has the right.
    var mark: String { number.map { "\($0) \(holder.instance)" } ?? "" }

    /// Whether no other process can have the right at this moment. A beat that the server confirmed keeps others away until the
    /// limit is over, counted from when it was sent, which is earlier than when the server recorded it.
    var isCertain: Bool {
        guard number != nil, let last = confirmed.withLock({ $0 }) else { return false }
        return clock() - last < .seconds(limits.silence)
    }

    private static func bootClock() -> Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Why this process changes nothing more.
    /// - Parameter row: the row that the database has instead of this process's own, if it can be read.
    func lose(to row: LeaseRow?) -> StoreError {
        // Numbers only grow: one that is not higher comes from the database's past.
        let isOlder = if let row, let number { row.fence <= number } else { false }
        let advice = isOlder ? LeaseRow.rolledBack : LeaseRow.superseded(by: row)
        isOlder ? condition.rollBack(advice) : condition.supersede(advice)
        return StoreError(isOlder ? .rolledBack : .inUse, advice.detail, hint: advice.hint)
    }

    // MARK: Taking it

    /// Takes the right, unless a process has it that runs. Blocks: for more than a beat, if its last holder fell silent.
    func acquire() throws {
        try queue.sync {
            guard number == nil, let silent = try attempt(nil) else { return }
            usleep(UInt32(clamping: (limits.beat + limits.beat / 5).milliseconds * 1000))
            if let later = try attempt(silent) { throw later.refusal }
        }
    }

    /// - Parameter silent: the row of a holder that was silent a beat ago.
    /// - Returns: the row of a holder that is silent and must be watched; `nil` when the right was taken.
    private func attempt(_ silent: LeaseRow?) throws -> LeaseRow? {
        var taken: Int?
        let start = clock()
        let watched: LeaseRow? = try session.transaction(.plain, locking: CommitMark.lock) { connection in
            let row = try LeaseRow(on: connection)
            switch row.verdict(for: holder, after: limits.silence) {
            case .alive: throw row.refusal
            case .silent where silent?.beat != row.beat || silent?.fence != row.fence: return row
            case .free, .silent: break
            }
            try connection.run(
                """
                UPDATE keyturn.writer SET fence = $1, node = $2, instance = $3, place = $4, beat = beat + 1, \
                beaten_at = clock_timestamp()
                """,
                [.integer(row.fence + 1), .text(holder.node), .text(holder.instance), .text(holder.place)])
            taken = row.fence + 1
            return nil
        }
        // Only now: a commit that was not confirmed took nothing for certain.
        if let taken {
            held.withLock { $0 = taken }
            confirmed.withLock { $0 = start }
        }
        return watched
    }

    // MARK: Keeping it

    /// Says regularly that this process runs.
    /// - Parameter then: called after each beat that the server confirmed, and as long as there is no right to confirm.
    func begin(then: @escaping @Sendable () -> Void) {
        let pause = DispatchTimeInterval.milliseconds(limits.beat.milliseconds)
        timer.withLock { [queue] timer in
            let new = DispatchSource.makeTimerSource(queue: queue)
            new.schedule(deadline: .now() + pause, repeating: pause)
            new.setEventHandler { [weak self] in if self?.beat() ?? false { then() } }
            new.activate()
            timer = new
        }
    }

    private func beat() -> Bool {
        guard let number else { return true }
        let start = clock()
        do {
            let isOurs = try session.transaction(.plain) { connection in
                try connection.run(
                    """
                    UPDATE keyturn.writer SET beat = beat + 1, beaten_at = clock_timestamp() \
                    WHERE instance = $1 AND fence = $2
                    """, [.text(holder.instance), .integer(number)]) == 1
            }
            guard isOurs else {
                _ = lose(to: try? session.transaction(.read) { try LeaseRow(on: $0) })
                timer.withLock { $0?.cancel() }
                return false
            }
            confirmed.withLock { $0 = start }
            condition.beat(nil)
            return true
        } catch {
            condition.beat(error as? StoreError ?? StoreError(.library, "an unexpected error: \(type(of: error))"))
            return false
        }
    }

    /// Gives the right up, so that another process need not wait. Waits for no server that does not answer.
    func end() {
        timer.withLock { $0?.cancel() }
        guard condition.isReachable else { return held.withLock { $0 = nil } }
        queue.sync {
            if let number {
                _ = try? session.transaction(.plain) { connection in
                    // The row stays: the number must continue.
                    try connection.run(
                        "UPDATE keyturn.writer SET node = '', instance = '', place = '' WHERE instance = $1 AND fence = $2",
                        [.text(holder.instance), .integer(number)])
                }
            }
            held.withLock { $0 = nil }
            session.close()
        }
    }
}
