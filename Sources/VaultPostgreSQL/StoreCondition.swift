import Domain
import Synchronization
import Vault

/// What a store knows of its server, put together from its calls and from the beats. Read without waiting for anything.
final class StoreCondition: Sendable {
    private struct Failure {
        let error: StoreError
        let since: Timestamp
        /// The newest one of its kind.
        var last: Timestamp
    }

    private struct State {
        var superseded: Advice?
        var rolledBack: Advice?
        var undecidedSince: Timestamp?
        var beat: Failure?
        var call: Failure?
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Timestamp

    /// A call that failed in a way that a beat cannot show counts for as long, in seconds.
    private static let remembered = 60

    init(now: @escaping @Sendable () -> Timestamp = { SystemTime().now.wall }) { self.now = now }

    var trouble: StoreTrouble? {
        state.withLock { state in
            if let advice = state.rolledBack { return .rolledBack(advice) }
            if let advice = state.superseded { return .superseded(advice) }
            if let since = state.undecidedSince { return .undecided(since: since) }
            guard let failure = state.beat ?? state.call else { return nil }
            return .unavailable(failure.error.advice, since: min(state.call?.since ?? failure.since, failure.since))
        }
    }

    var isReachable: Bool { state.withLock { $0.beat == nil && $0.call == nil } }

    /// Why no change can be made, as long as the beats say so.
    var silence: StoreError? {
        state.withLock { state in state.beat.flatMap { $0.error.code == .unavailable ? $0.error : nil } }
    }

    func supersede(_ advice: Advice) { state.withLock { $0.superseded = $0.superseded ?? advice } }

    func rollBack(_ advice: Advice) { state.withLock { $0.rolledBack = $0.rolledBack ?? advice } }

    func set(isUndecided: Bool) {
        state.withLock { $0.undecidedSince = isUndecided ? $0.undecidedSince ?? now() : nil }
    }

    /// What a beat met; `nil` when the server confirmed it.
    func beat(_ error: StoreError?) {
        state.withLock { state in
            state.beat = error.map { Failure(error: $0, since: state.beat?.since ?? now(), last: now()) }
            // The server can be reached, and saves changes. It may still refuse others.
            if error == nil, let call = state.call,
                call.error.code == .unavailable || now() - call.last > Self.remembered
            {
                state.call = nil
            }
        }
    }

    /// What a call met; `nil` for success.
    func call(_ error: (any Error)?) {
        guard let error else { return state.withLock { $0.call = nil } }
        let found = error as? StoreError ?? (error as? VaultError).flatMap(StoreError.init)
        guard let found else {
            if let error = error as? VaultError, error.code == .rolledBack {
                state.withLock { $0.rolledBack = error.advice }
            }
            return
        }
        switch found.code {
        case .inUse, .gone: supersede(found.advice)
        case .rolledBack: rollBack(found.advice)
        case .unavailable, .untrusted, .notPermitted, .readOnly, .diskFull, .inputOutput, .damaged:
            state.withLock { $0.call = Failure(error: found, since: $0.call?.since ?? now(), last: now()) }
        case .missing, .exists, .notServed, .notAVault, .newerSchema, .newerFormat, .closed, .undecided, .library: break
        }
    }
}

extension StoreError {
    /// What a store said, as the vault passes it on.
    fileprivate init?(_ error: VaultError) {
        guard case .store(let code) = error.code else { return nil }
        self.init(code, error.detail, hint: error.hint)
    }
}
