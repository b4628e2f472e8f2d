package import Rotation
package import Vault

/// Publishes to all targets of an app at once, so that a slow one does not delay the others.
package struct TargetPublisher: SecretPublisher {
    let pusher: TargetPusher

    package init(_ pusher: TargetPusher) { self.pusher = pusher }

    package func publish(_ credential: Credential, of app: App) async -> PublishOutcome {
        let targets = pusher.vault.catalog.targets(of: app).map(\.target)
        return await withTaskGroup(of: PublishOutcome.self) { group in
            for target in targets { group.addTask { await pusher.deliver(credential, of: app, to: target) } }
            var outcomes: [PublishOutcome] = []
            for await outcome in group { outcomes.append(outcome) }
            return PublishOutcome(ofAll: outcomes)
        }
    }

    package func laggards(_ credential: Credential, of app: App) async -> [Laggard] {
        let targets = pusher.vault.catalog.targets(of: app).map(\.target)
        let found = await all(targets) { await pusher.standing(credential, of: app, at: $0) }
        let laggards = found.compactMap(\.laggard)
        // While a target is waited for, a push now would have to be repeated.
        guard laggards.isEmpty else { return laggards.sorted { $0.reason < $1.reason } }
        let unsure = found.compactMap(\.unsure)
        return await all(unsure) { await pusher.renew(credential, of: app, at: $0) }.compactMap(\.self)
            .sorted { $0.reason < $1.reason }
    }

    private func all<Found: Sendable>(
        _ targets: [PushTarget], _ look: @escaping @Sendable (PushTarget) async -> Found
    ) async -> [Found] {
        await withTaskGroup(of: Found.self) { group in
            for target in targets { group.addTask { await look(target) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}

extension PublishOutcome {
    /// The combined outcome is the worst one: a refusal, then a failure, then the shortest wait.
    init(ofAll outcomes: [PublishOutcome]) {
        var (refusals, failures, waits) = ([String](), [String](), [String]())
        var (retryAfter, seconds) = (Int?.none, Int.max)
        for outcome in outcomes {
            switch outcome {
            case .confirmed: break
            case .blocked(let reason): refusals.append(reason)
            case .later(let after, let reason):
                failures.append(reason)
                retryAfter = [retryAfter, after].compactMap(\.self).min()
            case .waiting(let wait, let reason):
                waits.append(reason)
                seconds = min(seconds, wait)
            }
        }
        let words = { (reasons: [String]) in reasons.sorted().joined(separator: "; ") }
        if !refusals.isEmpty {
            self = .blocked(reason: words(refusals))
        } else if !failures.isEmpty {
            self = .later(retryAfter: retryAfter, reason: words(failures))
        } else if !waits.isEmpty {
            self = .waiting(seconds: seconds, reason: words(waits))
        } else {
            self = .confirmed
        }
    }
}
