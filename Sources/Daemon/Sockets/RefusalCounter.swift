import Audit
import Doctor
import Domain
import Synchronization

/// What becomes of refusals in the audit log, from one unlocking of the vault to the next.
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

    /// - Parameter make: makes what its line tells; not called for what is counted.
    /// - Returns: what is to be written of the refusal; `nil` when it was counted.
    func take(_ uid: UInt32, at now: Timestamp, _ make: () -> AuditEvent) -> AuditEvent? {
        state.withLock { state in
            var event: AuditEvent?
            func size() -> Int {
                let made = make()
                event = made
                return made.lineSize
            }
            return state.allowance.take(uid, bytes: size(), at: now, hasRoom: state.hasRoom) ? event : nil
        }
    }

    /// What is in no line yet.
    var counted: [RefusalAllowance.Counted] { state.withLock { $0.allowance.counted } }

    /// The log is open, and has lines of refusals already.
    func resume(used bytes: Int, at now: Timestamp) { state.withLock { $0.allowance.resume(used: bytes, at: now) } }

    /// Looks how much room there is, and tells by `write` what was counted.
    func look(at path: String, _ now: Timestamp, isLast: Bool = false, write: ([AuditEvent]) -> Bool) {
        // Where it cannot be known, the disk says when it is full.
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
