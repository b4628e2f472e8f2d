import Audit
import Doctor
import Domain
import Synchronization

/// Limits the refusals in the audit log, from one unlock of the vault to the next.
final class RefusalCounter: Sendable {
    private struct State {
        var allowance: RefusalAllowance
        var hasRoom = true
    }

    let limits: RefusalAllowance.Limits
    private let state: Mutex<State>

    init(_ limits: RefusalAllowance.Limits = RefusalAllowance.Limits()) {
        self.limits = limits
        state = Mutex(State(allowance: RefusalAllowance(limits)))
    }

    /// - Parameter make: creates the event; not called for a refusal that is only counted.
    /// - Returns: the event to write; `nil` when the refusal was counted.
    func consume(_ uid: UInt32, at now: Timestamp, _ make: () -> AuditEvent) -> AuditEvent? {
        state.withLock { state in
            var event: AuditEvent?
            func size() -> Int {
                let made = make()
                event = made
                return made.lineSize
            }
            return state.allowance.consume(uid, bytes: size(), at: now, hasRoom: state.hasRoom) ? event : nil
        }
    }

    /// The counts that were not reported yet.
    var counted: [RefusalAllowance.Counted] { state.withLock { $0.allowance.counted } }

    /// The log is open, and already has lines of refusals.
    func resume(used bytes: Int, at now: Timestamp) { state.withLock { $0.allowance.resume(used: bytes, at: now) } }

    /// Checks the free space, and reports the counts through `write`.
    func poll(_ path: String, _ now: Timestamp, isLast: Bool = false, write: ([AuditEvent]) -> Bool) {
        // If it is unknown, a full disk will cause an error.
        let hasRoom = DiskRoom(at: path).map { $0.free >= limits.reserve } ?? true
        let told = state.withLock { state in
            state.hasRoom = hasRoom
            return state.allowance.due(at: now, hasRoom: hasRoom, isLast: isLast)
        }
        guard !told.isEmpty, !write(told.map { $0.event(limits) }) else { return }
        state.withLock { $0.allowance.putBack(told) }
    }
}

extension RefusalAllowance.Counted {
    fileprivate func event(_ limits: RefusalAllowance.Limits) -> AuditEvent {
        var members: [(name: String, value: AuditEvent.Value)] = [
            ("count", .number(count)), ("since", .text("\(since)")), ("reason", .text(cause.words(limits))),
        ]
        if let uid { members.append(("uid", .number(Int(uid)))) }
        return AuditEvent(.init("refusals.counted"), .denied, members)
    }
}
