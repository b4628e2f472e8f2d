import Names
import SocketAPI
import Times
import Vault

extension TargetDocument {
    init(_ entry: TargetEntry, _ catalog: Catalog, _ now: Timestamp) {
        let (target, delivery) = (entry.target, entry.delivery)
        let (login, user): (String, String?) =
            switch target.login {
            case .basic(let user, _): ("basic", user)
            case .clientCredentials(_, let clientID, _): ("client_credentials", clientID)
            case .certificate: ("certificate", nil)
            }
        let (trust, pin): (String, String?) =
            switch target.trust {
            case .system: ("system", nil)
            case .authorities: ("ca", nil)
            case .pin(let digits): ("pin", digits)
            }
        self.init(
            name: target.name, app: target.app, adminURL: target.adminURL, connection: target.connection,
            fields: TargetFields(
                accountID: target.fields.accountID, clientID: target.fields.clientID,
                clientSecret: target.fields.clientSecret),
            login: login, user: user, trust: trust, pin: pin, replicate: target.replication.rawValue,
            settle: target.settle, createdAt: target.createdAt, state: entry.state(catalog, now),
            generation: delivery.generation?.number, pushedAt: delivery.pushedAt, replicatedAt: delivery.replicatedAt,
            lookedAt: delivery.lookedAt, changedAt: delivery.changedAt,
            failure: delivery.failure.map { .init(since: $0.at, code: $0.cause, detail: $0.reason, hint: $0.hint) },
            provisioner: target.provisionerLog.map { ProvisionerDocument($0, entry.provisioning) })
    }
}

extension ProvisionerDocument {
    fileprivate init(_ log: PushTarget.ProvisionerLog, _ found: Provisioning?) {
        self.init(
            log: log.path, channel: log.channel, since: found?.since, succeeded: found?.succeeded ?? 0,
            failed: found?.failed ?? 0, lastFailure: found?.failure?.at, lastCause: found?.failure?.cause,
            isFailing: found?.isFailing ?? false, unreadable: found?.unreadable)
    }
}

extension TargetEntry {
    func state(_ catalog: Catalog, _ now: Timestamp) -> TargetDocument.State {
        guard let generation = delivery.generation else { return .new }
        guard generation == catalog.app(of: target)?.credential.generation else { return .behind }
        guard delivery.replicatedAt != nil else { return .replicating }
        return delivery.secondsToSettle(target, now: now) > 0 ? .settling : .current
    }
}

/// What is wrong with push targets, for the status.
enum TargetProblems {
    static func attentions(_ catalog: Catalog, app: Name?, now: Timestamp) -> [StatusReport.Attention] {
        catalog.targets.filter { app == nil || $0.target.app == app }.flatMap { entry in
            problems(of: entry, catalog, now).map { .init(problem: $0, target: entry.target.name) }
        }
    }

    private static func problems(of entry: TargetEntry, _ catalog: Catalog, _ now: Timestamp) -> [StatusDocument
        .Problem]
    {
        let (target, delivery) = (entry.target, entry.delivery)
        let rotation = catalog.app(of: target)?.rotation
        let state = entry.state(catalog, now)
        var problems: [StatusDocument.Problem] = []
        func add(_ code: AttentionCode, _ detail: String, try hint: String?, deadline: Timestamp? = nil) {
            problems.append(
                .init(code, app: target.app, "target '\(target.name)': \(detail)", try: hint, deadline: deadline))
        }
        if let failure = delivery.failure {
            let isWaiting = state == .behind && rotation?.promotedAt != nil
            let death = rotation?.revokeAt.map { "; the old secret, which it still has, \(dyingWords($0, now))" }
            add(
                .targetFailed, "\(failure.reason), since \(failure.at)\(isWaiting ? death ?? "" : "")",
                try: failure.hint.map { "\($0); then keyturn target test \(target.name)" }
                    ?? "keyturn target test \(target.name)", deadline: isWaiting ? rotation?.revokeAt : nil)
        } else if state == .new {
            add(.targetNew, "nothing was pushed there yet", try: "keyturn target push \(target.name)")
        } else if state == .behind, rotation == nil {
            add(
                .targetBehind, "it has generation \(delivery.generation?.number ?? 0) of '\(target.app)'",
                try: "keyturn target push \(target.name)")
        }
        if let changed = delivery.changedAt {
            add(
                .targetChanged,
                "what was pushed was changed outside, or encrypted anew by PingFederate; seen at \(changed)",
                try: "keyturn target adopt \(target.name), or keyturn target push \(target.name)")
        }
        if let found = entry.provisioning, let failure = found.failure, found.isFailing {
            add(
                .provisioningFailing,
                "\(found.failed) of \(found.succeeded + found.failed) changes failed in PingFederate since "
                    + "\(found.since), the last at \(failure.at): \(failure.cause)",
                try: "keyturn app verify \(target.app); if that passes, the cause is in PingFederate's provisioner.log")
        }
        if let reason = entry.provisioning?.unreadable {
            add(
                .provisionerLogUnreadable, "\(target.provisionerLog?.path ?? "its log") cannot be read: \(reason)",
                try: "let the daemon's user read it, or keyturn target set \(target.name) --provisioner-log ''")
        }
        return problems
    }
}
