import Domain
import PushTargets
import Rotation
import Scheduling
import SocketAPI
import Vault

/// The problems of a push target, for the status. Pure: depends only on entries and the time.
struct TargetProblems {
    /// - Parameter stuck: the targets that a rotation has waited for too long, which is reported for the rotation.
    static func issues(
        _ catalog: Catalog, app: Name?, stuck: Set<Name> = [], now: Timestamp
    ) -> [HealthIssue] {
        catalog.targets.filter { app == nil || $0.target.app == app }.flatMap { entry in
            TargetProblems(
                entry: entry, app: catalog.app(of: entry.target), state: entry.state(catalog, now),
                isStuck: stuck.contains(entry.target.name), now: now
            ).all
        }
    }

    let entry: TargetEntry
    let app: AppEntry?
    let state: TargetState
    var isStuck = false
    let now: Timestamp

    private var target: PushTarget { entry.target }
    private var delivery: Delivery { entry.delivery }

    var all: [HealthIssue] {
        [failed ?? new ?? expired ?? behind ?? unconfirmed, changed, restored, failing, unreadable].compactMap(\.self)
            + expiring
    }

    private func problem(
        _ code: AttentionCode, _ detail: String, try hint: String?, deadline: Timestamp? = nil
    ) -> HealthIssue {
        HealthIssue(code, app: target.app, target: target.name, detail, try: hint, deadline: deadline)
    }

    /// When the secret that the engines are known to use expires; `nil` for the served one.
    private var expires: Timestamp? { delivery.inUse.flatMap { app?.expiry(of: $0) } }

    private var failed: HealthIssue? {
        guard let failure = delivery.failure else { return nil }
        let expiry = expires.map { "; the old secret, which it still has, \($0.expiryWords(now))" } ?? ""
        return problem(
            .targetFailed, "\(failure.reason), since \(failure.at)\(expiry)",
            try: TargetHint.failed(target.name, failure), deadline: expires)
    }

    private var new: HealthIssue? {
        guard state == .new else { return nil }
        return problem(.targetNew, "nothing was pushed there yet", try: "keyturn target push \(target.name)")
    }

    /// As critical as a client with a revoked secret: provisioning has stopped, or will.
    private var expired: HealthIssue? {
        guard !isStuck, let inUse = delivery.inUse, let expires, expires - now <= Severity.nearExpiry else {
            return nil
        }
        return problem(
            .consumerSecretExpired, "it uses generation \(inUse), whose secret \(expires.expiryWords(now))\(waiting)",
            try: state == .replicating ? TargetHint.lagging(target.name) : "keyturn target push \(target.name)",
            deadline: expires)
    }

    private var behind: HealthIssue? {
        guard state == .behind, app?.rotation == nil else { return nil }
        return problem(
            .targetBehind, "it has generation \(delivery.generation?.number ?? 0) of '\(target.app)'",
            try: "keyturn target push \(target.name)", deadline: expires)
    }

    /// An operator's push that the engines have not confirmed. For a rotation's push, the rotation's own wait is
    /// reported.
    private var unconfirmed: HealthIssue? {
        let usual = WaitRow.rows(.current).first { $0.kind == .targets }?.usual ?? 0
        guard !isStuck, state == .replicating, app?.rotation?.phase != .current, let pushed = delivery.pushedAt,
            now - pushed > usual
        else { return nil }
        return problem(
            .targetBehind,
            "its engines have not confirmed generation \(delivery.generation?.number ?? 0) for \(countdown(now - pushed)) "
                + "(usually at most \(countdown(usual)))\(waiting)",
            try: "keyturn target test \(target.name)", deadline: expires)
    }

    private var waiting: String { delivery.waiting.map { ": \($0)" } ?? "" }

    /// It is unknown which secret it has. If it is the previous one, provisioning stops when that is revoked.
    private var changed: HealthIssue? {
        guard let drift = delivery.drift else { return nil }
        let expires = app?.previousExpiry.flatMap { $0 - now <= Severity.nearExpiry ? $0 : nil }
        let expiry = expires.map { "; if it has the old secret again, that one \($0.expiryWords(now))" } ?? ""
        return problem(
            .targetChanged, "\(drift.words); seen at \(drift.seenAt)\(expiry)",
            try: TargetHint.changed(target.name, drift), deadline: expires)
    }

    /// A reverted change, which will recur until somebody finds its cause.
    private var restored: HealthIssue? {
        guard let restoration = delivery.restoration, restoration.isRecent(now: now), let last = restoration.last else {
            return nil
        }
        let often = restoration.count == 1 ? "once" : "\(restoration.count) times since \(restoration.first ?? last)"
        return problem(
            .targetRestored,
            "somebody else saves the connection, and the current secret was pushed again \(often), the last time at \(last)",
            try: AttentionCode.targetRestored.remedy(target.name)
        )
    }

    private var failing: HealthIssue? {
        guard let found = entry.provisioning, let failure = found.failure, found.isFailing else { return nil }
        return problem(
            .provisioningFailing,
            "\(found.failed) of \(found.succeeded + found.failed) changes failed in PingFederate since "
                + "\(found.since), the last at \(failure.at): \(failure.cause)",
            try: AttentionCode.provisioningFailing.remedy(target.app))
    }

    /// How many seconds before its expiry a certificate is reported. Critical 7 days before: ``Severity/nearExpiry``.
    private static let expiryNotice = 30 * 86_400

    private var expiring: [HealthIssue] {
        let certificates = TargetCertificates(target)
        func words(_ what: String, _ expires: Timestamp?, _ before: String, _ after: String) -> String? {
            guard let expires, expires - now <= Self.expiryNotice else { return nil }
            return expires > now
                ? "\(what) expires at \(expires), in \(countdown(expires - now)); \(before)"
                : "\(what) expired at \(expires), \(countdown(now - expires)) ago; \(after)"
        }
        var found: [HealthIssue] = []
        let client = certificates.clientExpires
        if let words = words(
            "the client certificate", client, "then the console refuses the login", "the console refuses the login")
        {
            found.append(
                problem(
                    .certificateExpires, words,
                    try: "keyturn target set \(target.name) --client-cert FILE --client-key FILE", deadline: client))
        }
        guard let trust = certificates.trust else { return found }
        if case .pin = target.trust {
            let next = "the console will show another, which the pin refuses"
            if let words = words("the pinned certificate", trust, next, "it is still accepted, but \(next)") {
                // A pin does not depend on the expiry; what is critical is the replacement of the certificate before it.
                found.append(
                    problem(
                        .certificateExpires, words,
                        try: "keyturn target set \(target.name) --pin SHA256 once the console has the next one, "
                            + "or now --ca-file FILE with its CA", deadline: trust > now ? trust : nil))
            }
        } else if let words = words(
            "the last certificate of its CA file", trust, "then the console is not trusted",
            "the console is not trusted")
        {
            found.append(
                problem(
                    .certificateExpires, words, try: "keyturn target set \(target.name) --ca-file FILE",
                    deadline: trust))
        }
        return found
    }

    private var unreadable: HealthIssue? {
        guard let reason = entry.provisioning?.unreadable else { return nil }
        return problem(
            .provisionerLogUnreadable, "\(target.provisionerLog?.path ?? "its log") cannot be read: \(reason)",
            try: AttentionCode.provisionerLogUnreadable.remedy(target.name))
    }
}
