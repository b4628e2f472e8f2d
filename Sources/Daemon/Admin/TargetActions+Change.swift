import Audit
import Domain
import HTTPTransport
import Maintenance
import PingFederate
import PushTargets
import SocketAPI
import Vault

/// Changes a push target: checked before it is saved, and while no other operation uses it.
extension TargetActions {
    func change(_ name: Name, _ patch: TargetPatch) async throws(Problem) -> TriedTarget {
        defer { session.pusher.wake(name) }
        let known = try entry(name).target
        let verification: CheckResults?
        do {
            verification = try await session.pusher.exclusively(known, patience: TargetPusher.patience) {
                () async throws -> CheckResults in
                // Another change may have come first.
                let (entry, app) = try both(name)
                guard entry.target.id == known.id else { throw Problem(Vault.noSuchTarget(name)) }
                return try await change(entry, app.app, patch)
            }
        } catch {
            throw Problem(ofTarget: error, name)
        }
        guard let verification else {
            throw Problem(.busy, "target '\(name)' is being pushed to", try: "repeat the command")
        }
        await wakeRotation(of: known.app, resuming: patch.mayHelp)
        return TriedTarget(target: try show(name), verification: verification)
    }

    private func change(_ entry: TargetEntry, _ app: App, _ patch: TargetPatch) async throws -> CheckResults {
        var target = try TargetPatchCheck.target(entry.target, patched: patch)
        let isMoved = !target.isSamePlace(as: entry.target)
        let attempted: Attempt =
            if patch.verify == false {
                .no("not checked, as requested")
            } else {
                patch.concernsConsole ? .console : .no("not checked: no change concerns the console")
            }
        let verification = try await attempt(
            attempted, target, app,
            drift: .init(
                .drift, .skipped, isMoved ? "nothing was pushed there yet" : "not compared",
                try: isMoved ? "keyturn target push \(target.name)" : "keyturn target test \(target.name)"),
            otherwise: "the target was not changed")
        if target.trust != entry.target.trust {
            target.pinExpires = attempted == .console ? await target.pinExpiry(over: transport) : nil
        }
        let delivery = delivery(entry, patch, isMoved: isMoved, isTried: attempted == .console)
        let names = ("changed", AuditEvent.Value.text(patch.changes.joined(separator: "; ")))
        try await session.vault.set(
            target, delivery, recording: audited.map { $0.event(.done, about: $0.subject + [names]) })
        return verification
    }

    /// The state of the delivery after the change.
    private func delivery(_ entry: TargetEntry, _ patch: TargetPatch, isMoved: Bool, isTried: Bool) -> Delivery {
        var delivery = entry.delivery
        guard isMoved else {
            if isTried { delivery.disprove(.access) }
            // A refused push may be accepted now: it is tried again, and reported until then.
            if patch.mayHelp { delivery.failure = delivery.failure?.forgiven }
            return delivery
        }
        // The values there were not pushed by us, and may contain an old secret. This is reported until a push, and no
        // rotation revokes a secret before that.
        let wasPushed = delivery.generation != nil || delivery.failure != nil
        delivery = Delivery()
        if wasPushed { delivery.failure = .moved(entry.target.name, at: time.now.wall) }
        return delivery
    }

    // MARK: Checking

    enum Attempt: Equatable {
        case console
        /// The reason for a failed check.
        case no(String)
    }

    /// Makes all checks of a push, for a target that is not saved in this form yet.
    func attempt(
        _ attempt: Attempt, _ target: PushTarget, _ app: App, drift: CheckResult, otherwise: String
    ) async throws(Problem) -> CheckResults {
        if case .no(let reason) = attempt { return CheckResults([.init(.console, .skipped, reason)]) }
        let (verification, failure) = await TargetTest(session.pusher).attempt(target, app, drift: drift)
        if let failure {
            let isKept = session.vault.catalog.target(target.name) != nil
            throw Problem(failure, of: isKept ? target.name : nil, otherwise)
        }
        if let failed = verification.checks.first(where: { $0.outcome == .failed }) {
            throw Problem(.upstreamFailed, "\(failed.detail); \(otherwise)", try: failed.hint)
        }
        return verification
    }
}

extension Delivery.Failure {
    fileprivate static func moved(_ name: Name, at now: Timestamp) -> Self {
        let failure = ConsoleFailure(.rejected, .moved)
        return .init(
            at: now, step: failure.step, cause: failure.cause.rawValue, reason: failure.description,
            hint: "keyturn target push \(name)", isRefusal: true)
    }
}

extension Problem {
    /// - Parameters:
    ///   - target: the target that failed; `nil` if it does not exist yet.
    ///   - consequence: the consequence for the request.
    init(_ failure: ConsoleFailure, of target: Name? = nil, _ consequence: String? = nil) {
        let code: ProblemCode =
            switch (failure.cause, failure.disposition) {
            case (.unauthorized, _), (.invalidClient, _): .loginRefused
            case (_, .later): .upstreamUnavailable
            case (_, .needsFix), (_, .rejected): .upstreamFailed
            }
        self.init(
            code, failure.description + (consequence.map { "; \($0)" } ?? ""),
            try: failure.hint(of: target?.description))
    }

    init(ofTarget error: any Error, _ target: Name? = nil) {
        switch error {
        case let problem as Problem: self = problem
        case let failure as ConsoleFailure: self.init(failure, of: target)
        case let error as VaultError: self.init(error)
        default: self.init(.internal, "an unexpected error")
        }
    }
}
