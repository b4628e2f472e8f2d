import Domain
import Glibc
import SocketAPI
import Terminal

/// Follows a rotation as far as a command waits: until the new secret is current, or until the end.
struct RotationFollower {
    /// In seconds: without `--wait`, a step that is due later is not waited for.
    private static let longestWait = 60

    let common: CommonOptions
    let toTheEnd: Bool
    /// Whether to wait for an answer from a push target, too.
    let throughPublishing: Bool
    /// Whether to return once the end of the old secret is set at Zoom, and to skip steps that are due in more than a
    /// minute, although the end was requested.
    let isBrief: Bool
    /// Whether to show nothing meanwhile, as when several are followed at once.
    let isQuiet: Bool
    private let deadline: ContinuousClock.Instant?
    private let timeout: Int?

    /// - Parameter timeout: in seconds.
    init(
        common: CommonOptions, toTheEnd: Bool, throughPublishing: Bool = false, isBrief: Bool = false,
        isQuiet: Bool = false, timeout: Int? = nil
    ) {
        self.isBrief = isBrief
        self.isQuiet = isQuiet
        self.common = common
        self.toTheEnd = toTheEnd
        self.throughPublishing = throughPublishing
        self.timeout = timeout
        deadline = timeout.map { .now + .seconds($0) }
    }

    /// How long the daemon may take to answer that the rotation has started.
    var patience: Duration { .seconds(min(120, max(timeout ?? 120, 1))) }

    /// - Returns: the final state, and why it is not as far as requested.
    func follow(_ begun: RotationDocument) throws -> (RotationDocument, CommandFailure?) {
        var rotation = begun
        var said = ""
        var changed = ContinuousClock.now
        let progress = isQuiet ? nil : Progress("the rotation of \(begun.app) starts")
        defer { progress?.end() }
        while true {
            let news = "\(rotation.state) \(rotation.reason ?? "")"
            if news != said {
                if let progress, progress.isShown {
                    progress.say(oneLine(rotation.progress))
                } else if toTheEnd, !isQuiet, !isBrief || rotation.isEndSet {
                    complain("keyturn: \(oneLine(rotation.progress))")
                }
                (said, changed) = (news, .now)
            }
            switch rotation.standing {
            case .over:
                guard let next = rotation.successor else { return (rotation, nil) }
                rotation = try RotationCommand.show(next, common)
                changed = .now
                continue
            case .failed:
                let reason = rotation.reason ?? "the rotation of \(rotation.app) is \(rotation.state.words)"
                return (rotation, CommandFailure(.upstreamFailed, reason, try: rotation.hint))
            case .stopped:
                return (rotation, CommandFailure(.temporary, "the rotation of \(rotation.app) was cancelled"))
            case .current where !toTheEnd && rotation.isFailing:
                return (rotation, unfinished(rotation, "has not reached every push target"))
            case .current where !toTheEnd && !(throughPublishing && rotation.isBeingPublished): return (rotation, nil)
            case .current where isBrief && rotation.isEndSet && rotation.successor == nil: return (rotation, nil)
            case .current, .underWay: break
            }
            // Another rotation begins as soon as Zoom has revoked the old secret.
            let isEnding = isBrief && rotation.isEndSet
            if !isEnding, !toTheEnd || isBrief,
                rotation.waits(beyond: SystemTime().now.wall + Self.longestWait)
                    || changed + .seconds(Self.longestWait) < .now
            {
                return (rotation, unfinished(rotation, "waits"))
            }
            if let deadline, deadline <= .now { return (rotation, unfinished(rotation, "is not done yet")) }
            usleep(250_000)
            rotation = try RotationCommand.show(rotation.id, common)
        }
    }

    private func unfinished(_ rotation: RotationDocument, _ how: String) -> CommandFailure {
        let due = rotation.due.map { " until \($0)" } ?? ""
        return CommandFailure(
            .temporary,
            "the rotation of \(rotation.app) \(how), in state '\(rotation.state.words)'\(due): \(rotation.reason ?? "no reason given")",
            try: "keyturn rotation \(rotation.canTryNow ? "resume" : "show") \(rotation.id)")
    }
}

extension RotationDocument {
    enum Standing { case underWay, current, over, failed, stopped }

    var standing: Standing {
        switch state.known {
        case .retired: .over
        case .refused, .blocked: .failed
        case .aborted: .stopped
        case .current, .published, .draining: hasEnteredSecret ? .underWay : .current
        case .planned, .intended, .lostResponse, .received, .verified: .underWay
        // A newer daemon's: an end that is not known is not taken for a good one.
        case nil: endedAt == nil ? .underWay : .failed
        }
    }

    /// Whether its push targets are being called now, or within a second: another check of the console may be running.
    var isBeingPublished: Bool { state.known == .current && !waits(beyond: SystemTime().now.wall + 1) }

    /// Whether a push target cannot be reached or fails; the push is retried automatically.
    var isFailing: Bool { state.known == .current && attempts > 0 && waits(beyond: SystemTime().now.wall) }

    /// Whether it waits after a failed attempt, so that another one can be made now.
    var canTryNow: Bool {
        let now = SystemTime().now.wall
        return switch state.known {
        // A rotation that waits only for Zoom's throttle has nothing to try.
        case .draining: endsNow && waits(beyond: now + 3600)
        case .planned, .received, .current: attempts > 0 && waits(beyond: now)
        case .intended, .lostResponse, .verified, .published, .retired, .refused, .aborted, .blocked, nil: false
        }
    }

    func waits(beyond time: Timestamp) -> Bool { due.map { $0 > time } ?? false }

    var progress: String {
        var text = "\(app): \(state.words)"
        if let reason { text += ": \(reason)" }
        if standing == .underWay || standing == .current, let due { text += "; continues at \(due)" }
        return text
    }

    var text: String {
        var table = TextTable()
        table.add("rotation", id)
        table.add("app", app.description)
        table.add("state", state.words)
        table.add("replaces", "generation \(base)")
        table.add("begun", "\(plannedAt), \(trigger.words)")
        if let promotedAt { table.add("new secret current", promotedAt.description) }
        if let oldSecretExpiresAt {
            // At least what the daemon's clock said, which may be ahead of this one.
            let now = max(SystemTime().now.wall, promotedAt ?? plannedAt, endedAt ?? plannedAt)
            if trigger.known == .manual, calls == 0, oldSecretExpiresAt > promotedAt ?? now {
                // The choice in the Marketplace is not known here.
                table.add("old secret expires", "by \(oldSecretExpiresAt); it may be revoked before")
            } else {
                let lives = oldSecretExpiresAt > now
                let words = lives ? (isEndSet ? "old secret ends" : "old secret expires") : "old secret expired"
                table.add(words, oldSecretExpiresAt.description)
            }
        }
        if endsNow, endedAt == nil { table.add("overlap", "ended by the operator") }
        if let endedAt { table.add("ended", endedAt.description) }
        if let successor { table.add(endedAt == nil ? "followed by" : "continued as", successor) }
        if hasEnteredSecret { table.add("entered secret", "waits until Zoom accepts it") }
        if let due { table.add("continues", due.description) }
        if let reason { table.add("because", reason) }
        if let trackingID { table.add("tracking ID", trackingID) }
        if let hint { table.add("try", hint) }
        return table.fitted
    }
}
