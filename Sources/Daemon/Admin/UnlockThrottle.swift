import Domain
import Maintenance
import SocketAPI
import Vault

/// Limits attempts with wrong secrets. Counts from the daemon's start, for all callers together; the right secret resets
/// the count.
struct UnlockBackoff {
    /// The wrong secrets without a pause.
    static let free = 3
    /// In seconds, and as long as they are announced.
    static let pauses = Backoff(first: 2, longest: 60)

    private(set) var wrong = 0
    /// In seconds of the boot clock.
    private var next = 0

    /// Seconds until the next secret is tried.
    func wait(at boot: Int) -> Int { max(0, next - boot) }

    mutating func recordFailure(at boot: Int) {
        wrong += 1
        guard wrong > Self.free else { return }
        next = boot + Self.pauses.bound(after: wrong - Self.free)
    }

    mutating func reset() { self = UnlockBackoff() }
}

/// Tries one secret at a time, so that scrypt's memory is used once, and delays attempts after wrong ones.
actor UnlockThrottle {
    private var budget = UnlockBackoff()
    private var last: Task<Problem?, Never>?
    private let time: any TimeSource

    init(time: any TimeSource) { self.time = time }

    /// - Parameter attempt: tries the secret.
    func run(_ attempt: @escaping @Sendable () async throws(VaultError) -> Void) async throws(Problem) {
        let before = last
        let mine = Task {
            _ = await before?.value
            return await self.outcome(attempt)
        }
        last = mine
        if let problem = await mine.value { throw problem }
    }

    private func outcome(_ attempt: @Sendable () async throws(VaultError) -> Void) async -> Problem? {
        let wait = budget.wait(at: time.now.boot)
        guard wait == 0 else {
            var problem = Problem(
                .tooManyRequests,
                "\(budget.wrong) wrong secrets in a row: this one was not tried, and none is tried for \(wait) s",
                try: "repeat the command in \(wait) s")
            problem.retryAfter = wait
            return problem
        }
        do throws(VaultError) {
            try await attempt()
            budget.reset()
            return nil
        } catch {
            if error.code == .wrongKey { budget.recordFailure(at: time.now.boot) }
            return Problem(error)
        }
    }
}
