import Domain
import SocketAPI
import Synchronization
import TestSupport
import Testing
import Vault

@testable import Daemon

@Suite struct UnlockThrottleTests {
    @Test func `three wrong secrets are free, and each further one takes twice as long`() {
        var budget = UnlockBackoff()
        var boot = 1000
        var waits: [Int] = []
        for _ in 0..<12 {
            budget.recordFailure(at: boot)
            waits.append(budget.wait(at: boot))
            boot += budget.wait(at: boot)
            #expect(budget.wait(at: boot) == 0)
        }
        #expect(waits == [0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60, 60])
        budget.reset()
        budget.recordFailure(at: boot)
        #expect(budget.wait(at: boot) == 0 && budget.wrong == 1)
    }

    private static let wrongKey = VaultError(.wrongKey, "wrong")

    private func attempt(_ turns: UnlockThrottle, _ error: VaultError?) async -> Problem? {
        do throws(Problem) {
            try await turns.run { () throws(VaultError) in if let error { throw error } }
            return nil
        } catch {
            return error
        }
    }

    @Test func `a secret that comes too soon is not tried, right or wrong, and the answer says when`() async {
        let time = ManualTime()
        let turns = UnlockThrottle(time: time)
        for _ in 0..<4 { #expect(await attempt(turns, Self.wrongKey)?.code == .unprocessable) }
        let tried = Mutex(false)
        let refusal: Problem?
        do throws(Problem) {
            try await turns.run { () throws(VaultError) in tried.withLock { $0 = true } }
            refusal = nil
        } catch {
            refusal = error
        }
        #expect(refusal?.code == .tooManyRequests && refusal?.retryAfter == 2 && !tried.withLock { $0 })
        #expect(refusal?.detail.hasPrefix("4 wrong secrets") == true && refusal?.code.exitStatus == .temporary)
        time.pass(2)
        #expect(await attempt(turns, nil) == nil)
        for _ in 0..<3 { #expect(await attempt(turns, Self.wrongKey)?.code == .unprocessable) }
        #expect(await attempt(turns, nil) == nil, "the right one ended the count")
    }

    @Test func `a failure that is no wrong secret is not counted`() async {
        let turns = UnlockThrottle(time: ManualTime())
        for code in [VaultError.Code.mistyped, .damaged, .closed, .store(.inputOutput), .library] {
            for _ in 0..<5 { #expect(await attempt(turns, VaultError(code, "x"))?.code != .tooManyRequests) }
        }
        #expect(await attempt(turns, nil) == nil)
    }

    private final class Crowd: Sendable {
        private let state = Mutex((now: 0, most: 0))
        var most: Int { state.withLock { $0.most } }
        func enter() { state.withLock { ($0.now, $0.most) = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func leave() { state.withLock { $0.now -= 1 } }
    }

    @Test func `one secret is tried at a time`() async {
        let turns = UnlockThrottle(time: ManualTime())
        let inside = Crowd()
        await withTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    try? await turns.run { () throws(VaultError) in
                        inside.enter()
                        for _ in 0..<20 { await Task.yield() }
                        inside.leave()
                    }
                }
            }
        }
        #expect(inside.most == 1)
    }
}
