package import Domain
package import HTTPTransport
import PingFederate
package import Rotation
import SecretMemory
import Synchronization
package import Vault

/// Pushes credentials to targets, step by step; each step is saved in the vault before the next. One operation at a time
/// for each connection, whether a rotation, an operator or a check requested it.
package final class TargetPusher: Sendable {
    let vault: Vault
    let transport: any HTTPTransport
    let time: any TimeSource
    /// For the daemon's log; the audit log gets its events from the commits.
    let note: @Sendable (TargetEvent) -> Void
    private let busy = Mutex<Set<String>>([])
    private let woken = Mutex<Set<Name>>([])

    package init(
        vault: Vault, transport: any HTTPTransport, time: any TimeSource,
        note: @escaping @Sendable (TargetEvent) -> Void
    ) {
        self.vault = vault
        self.transport = transport
        self.time = time
        self.note = note
    }

    /// Makes the next check of this target happen now.
    package func wake(_ name: Name) { woken.withLock { _ = $0.insert(name) } }

    /// Returns the targets that were woken since the last call.
    func takeWoken() -> Set<Name> {
        woken.withLock { names in
            defer { names = [] }; return names
        }
    }

    /// How many seconds to pause after a failure that cannot pass without intervention: attempts must not lock an
    /// account.
    static let fixPause = 300

    /// How many seconds an operator's request waits for another operation on the target.
    package static let patience = 60

    /// Runs `body` unless another operation is using this target's connection.
    /// - Parameter patience: how many seconds to wait for that operation.
    package func exclusively<Value>(
        _ target: PushTarget, patience: Int = 0, _ body: () async throws -> Value
    ) async rethrows -> Value? {
        var looks = patience * 20
        var mine = place(of: target)
        while true {
            if busy.withLock({ $0.insert(mine).inserted }) {
                // Read again, since the target may have moved during the wait.
                let there = place(of: target)
                if there == mine { break }
                release(mine)
                mine = there
                continue
            }
            guard looks > 0 else { return nil }
            looks -= 1
            try? await Task.sleep(for: .milliseconds(50))
            mine = place(of: target)
        }
        defer { release(mine) }
        return try await body()
    }

    private func place(of target: PushTarget) -> String {
        guard let known = vault.catalog.target(target.name)?.target, known.id == target.id else { return target.place }
        return known.place
    }

    private func release(_ place: String) { busy.withLock { _ = $0.remove(place) } }

    /// Does what is possible now.
    package func deliver(
        _ credential: Credential, of app: App, to target: PushTarget, _ occasion: Occasion = .due
    ) async -> PublishOutcome {
        if let reason = vault.notOwned { return .later(retryAfter: Self.fixPause, reason: reason.detail) }
        guard credential.suspectSince == nil else {
            return .later(retryAfter: nil, reason: Credential.unproven)
        }
        let outcome = await exclusively(target, patience: occasion == .asked ? Self.patience : 0) {
            () async -> PublishOutcome in
            guard let entry = vault.catalog.target(target.name), entry.target.id == target.id else {
                return .confirmed  // removed: nobody waits for it any more
            }
            // Meanwhile a rotation may have pushed a newer secret, which an older one must not overwrite.
            let current = vault.catalog.app(of: target)?.credential ?? credential
            guard occasion != .due || current.generation <= credential.generation else {
                return .waiting(seconds: 1, reason: "target '\(target.name)' must get a newer secret")
            }
            do {
                return try await advance(entry, occasion == .due ? credential : current, app, occasion)
            } catch let failure as ConsoleFailure {
                return await fail(failure, target, app, credential.generation)
            } catch {
                return .later(retryAfter: nil, reason: "target '\(target.name)': \(error)")
            }
        }
        if let outcome { return outcome }
        let reason = "target '\(target.name)' is being pushed to"
        return occasion == .asked ? .later(retryAfter: 1, reason: reason) : .waiting(seconds: 1, reason: reason)
    }

    private func advance(
        _ entry: TargetEntry, _ credential: Credential, _ app: App, _ occasion: Occasion
    ) async throws -> PublishOutcome {
        let target = entry.target
        var delivery = entry.delivery
        let isPushed = occasion != .due || delivery.generation != credential.generation
        if isPushed || delivery.isUnderWay(credential.generation) {
            let session = try await ConsoleSession(target.access(), over: transport)
            if isPushed {
                delivery = try await push(session, entry, credential, app, occasion)
            }
            if let wait = try await replicate(session, target, &delivery) { return wait }
        }
        if delivery.correctReplication(now: time.now.wall) { try await vault.save(delivery, of: target) }
        let left = delivery.secondsToSettle(target, now: time.now.wall)
        guard left > 0 else { return .confirmed }
        return .waiting(
            seconds: left,
            reason: "target '\(target.name)' was pushed; waiting up to \(left) s for the engines to pick it up")
    }

    /// - Returns: the reason to wait; `nil` when the engines have it.
    private func replicate(
        _ session: ConsoleSession, _ target: PushTarget, _ delivery: inout Delivery
    ) async throws -> PublishOutcome? {
        let progress = try await session.progress(
            of: target.connection, by: target.replication, delivery.followed(now: time.now.wall))
        delivery.disprove(.access)
        switch progress {
        case .done:
            delivery.disprove(.replication)
            delivery.replicatedAt = time.now.wall
            (delivery.before, delivery.waiting) = (nil, nil)
            try await vault.save(delivery, of: target)
            return nil
        case .toAsk:
            try await session.replicate()
            delivery.replicationAsked = true
            try await vault.save(delivery, of: target)
            return .waiting(seconds: 1, reason: "target '\(target.name)': replication was requested")
        case .underWay(let words):
            let pause = delivery.replicationPause(now: time.now.wall)
            delivery.disprove(.replication)
            delivery.waiting = words
            if delivery != vault.catalog.target(target.name)?.delivery { try await vault.save(delivery, of: target) }
            return .waiting(seconds: pause, reason: "target '\(target.name)': \(words)")
        case .failed(let words):
            if delivery.replicationAsked {
                delivery.replicationAsked = false  // the next attempt requests it again
                try await vault.save(delivery, of: target)
            }
            throw ConsoleFailure(.later(), .replication, detail: words)
        }
    }

    /// Saves the failure, once, and returns what can be done about it.
    private func fail(
        _ failure: ConsoleFailure, _ target: PushTarget, _ app: App, _ generation: Generation
    ) async -> PublishOutcome {
        await save(failure, failure.step, of: target, app)
        let reason = "target '\(target.name)': \(failure)"
        switch failure.disposition {
        case .later(let retryAfter): return .later(retryAfter: retryAfter, reason: reason)
        case .needsFix: return .later(retryAfter: Self.fixPause, reason: reason)
        case .rejected: return .blocked(reason: reason)
        }
    }

    /// A temporary failure to log in does not replace the result of a push, which is still true afterwards.
    func save(
        _ failure: ConsoleFailure, _ step: Delivery.Failure.Step, of target: PushTarget, _ app: App
    ) async {
        guard var delivery = vault.catalog.target(target.name)?.delivery else { return }
        let known = delivery.failure
        let isRefusal = failure.disposition == .rejected
        guard known?.reason != failure.description || known?.isRefusal != isRefusal else { return }
        if step == .access, let known, known.step != .access { return }
        delivery.failure = Delivery.Failure(
            at: known?.at ?? time.now.wall, step: step, cause: failure.cause.rawValue, reason: failure.description,
            hint: failure.hint(of: target.name.description), isRefusal: isRefusal)
        let event = TargetEvent.failed(target, app, failure)
        try? await vault.save(delivery, of: target, recording: event.audited)  // the next attempt reports it again
        note(event)
    }
}

extension PushTarget {
    /// Throws if the connection was given another app's IDs since the last push: somebody decided that.
    func checkIsStill(_ app: App, _ connection: SPConnection) throws(ConsoleFailure) {
        for (field, value, what) in [
            (fields.clientID, app.clientID, "client ID"), (fields.accountID, app.accountID, "account ID"),
        ] {
            guard let field, let there = connection.value(of: field), there.bytes.count > 0 else { continue }
            guard there.bytes.constantTimeEquals(SecretBytes(copying: value)) else {
                throw ConsoleFailure(
                    .rejected, .mismatch,
                    detail:
                        "the connection's '\(field)' is not the app's \(what) any more: somebody changed it; "
                        + "keyturn target push \(name) restores it, keyturn target remove \(name) stops pushing there")
            }
        }
    }
}
