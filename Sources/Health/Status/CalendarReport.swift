package import Domain
import PushTargets
import Rotation
import Scheduling
package import SocketAPI
package import Vault

/// What falls due within some days. Pure: depends only on the vault, the problems of the status, and the time.
package struct CalendarReport {
    /// More events are counted, and left out.
    package static let most = 100_000
    /// Shorter intervals than this, in seconds, have only their next rotation in the calendar.
    private static let shortest = 86_400

    private let entries: [AppEntry]
    private let targets: [TargetEntry]
    private let now: Timestamp
    private let until: Timestamp
    private var recurrences = Recurrences()

    /// - Parameter app: the only one to report; `nil` for all.
    package init(_ catalog: Catalog, app: AppEntry?, now: Timestamp, days: Int) {
        entries = app.map { [$0] } ?? catalog.apps
        targets = app.map { catalog.targets(of: $0.app) } ?? catalog.targets
        self.now = now
        until = now + days * 86_400
    }

    /// - Parameter issues: the problems of these apps, which have deadlines.
    package mutating func document(_ issues: [HealthIssue]) -> CalendarDocument {
        var events = entries.flatMap { rotations(of: $0) } + entries.compactMap(overlapEnds)
        events += entries.compactMap(secretEnds)
        events += targets.flatMap(certificates)
        let known = Set(events.map { Moment(app: $0.app, at: $0.at) })
        events += issues.compactMap(deadline).filter { !known.contains(Moment(app: $0.app, at: $0.at)) }
        events.sort { ($0.at, $0.uid) < ($1.at, $1.uid) }
        return CalendarDocument(
            now: now, until: until, events: Array(events.prefix(Self.most)), leftOut: max(events.count - Self.most, 0),
            windows: windows, paused: entries.filter(\.app.policy.isPaused).map(\.app.name))
    }

    /// A deadline that another event already has is not shown twice.
    private struct Moment: Hashable {
        let app: Name?
        let at: Timestamp
    }

    private func isWithin(_ time: Timestamp) -> Bool { time >= now && time < until }

    // MARK: Rotations

    /// The next one, and those that follow if each starts when it is due and is over by the end of its overlap.
    private mutating func rotations(of entry: AppEntry) -> [CalendarDocument.Event] {
        guard let recurrence = try? recurrences.of(entry.app) else { return [] }
        guard var (at, generation) = first(of: entry, recurrence) else { return [] }
        var events: [CalendarDocument.Event] = []
        let isShort = recurrence.every < Self.shortest
        while isWithin(at) {
            let isFirst = events.isEmpty
            let next = isFirst ? entry.nextRotation(recurrence, now) : nil
            let late = next.map { $0 < now ? ", due since \($0)" : "" } ?? ""
            let often = isShort ? ", and then every \(DurationText(seconds: recurrence.every)?.description ?? "")" : ""
            events.append(
                .init(
                    uid: "rotation-\(entry.app.id)-\(generation)", kind: .rotation, app: entry.app.name, at: at,
                    detail: "generation \(generation) is replaced\(late)\(often)", isExpected: next == nil))
            guard !isShort else { break }
            at = Self.due(after: at, over: at + entry.app.policy.overlap, recurrence)
            generation = entry.app.next(after: generation)
        }
        return events
    }

    /// The first rotation that has not started, and the generation that it replaces.
    private func first(of entry: AppEntry, _ recurrence: Recurrence) -> (at: Timestamp, generation: Generation)? {
        if let next = entry.nextRotation(recurrence, now) { return (max(next, now), entry.generation) }
        guard let rotation = entry.rotation, !entry.app.policy.isPaused else { return nil }
        if let over = entry.overlapEnds {
            let made = entry.credential.createdAt
            return (Self.due(after: made, over: max(over, now), recurrence), entry.generation)
        }
        let live = max(rotation.due ?? now, now)
        return (Self.due(after: live, over: live + rotation.overlap, recurrence), rotation.target)
    }

    /// - Parameter over: the end of the rotation before: an app has one at a time.
    private static func due(after made: Timestamp, over: Timestamp, _ recurrence: Recurrence) -> Timestamp {
        recurrence.caughtUp(recurrence.due(after: made, now: made), now: over)
    }

    // MARK: Old secrets

    /// When the old secret is revoked, unless a consumer still has it.
    private func overlapEnds(_ entry: AppEntry) -> CalendarDocument.Event? {
        guard let rotation = entry.rotation, rotation.endsOldSecret, let at = entry.overlapEnds, isWithin(at),
            at != entry.expiry(of: rotation.base)
        else { return nil }
        return .init(
            uid: "overlap-\(entry.app.id)-\(rotation.base)", kind: .overlapEnds, app: entry.app.name, at: at,
            detail:
                "generation \(rotation.base), the old secret, is revoked, unless a client or a push target still has it"
        )
    }

    private func secretEnds(_ entry: AppEntry) -> CalendarDocument.Event? {
        if let at = entry.secretExpires, isWithin(at) {
            let generation = entry.credential.generation
            return .init(
                uid: "secret-\(entry.app.id)-\(generation)", kind: .secretEnds, app: entry.app.name, at: at,
                detail: "generation \(generation), which is served, expires, and has no successor")
        }
        let replaces = entry.rotation.flatMap { $0.promotedAt == nil ? nil : $0.base }
        guard let generation = replaces ?? entry.replaced?.generation, let at = entry.previousExpiry, isWithin(at)
        else { return nil }
        let what = replaces != nil && entry.rotation?.phase == .draining ? "is revoked by then" : "expires"
        return .init(
            uid: "secret-\(entry.app.id)-\(generation)", kind: .secretEnds, app: entry.app.name, at: at,
            detail: "generation \(generation), the old secret, \(what)")
    }

    // MARK: Targets and problems

    private func certificates(_ entry: TargetEntry) -> [CalendarDocument.Event] {
        let (target, certificates) = (entry.target, TargetCertificates(entry.target))
        func event(_ what: String, _ words: String, _ at: Timestamp?) -> CalendarDocument.Event? {
            guard let at, isWithin(at) else { return nil }
            return .init(
                uid: "\(what)-\(target.id)", kind: .certificateExpires, app: target.app, target: target.name, at: at,
                detail: "\(words) of target '\(target.name)' expires")
        }
        return [
            event("login", "the client certificate", certificates.clientExpires),
            event("trust", "the trusted certificate", certificates.trust),
        ].compactMap(\.self)
    }

    private func deadline(_ issue: HealthIssue) -> CalendarDocument.Event? {
        guard let at = issue.deadline, isWithin(at), issue.code != AttentionCode.certificateExpires.rawValue else {
            return nil
        }
        let subject = [issue.app, issue.target].compactMap { $0?.description }.joined(separator: "-")
        return .init(
            uid: "deadline-\(issue.code)-\(subject)", kind: .deadline, app: issue.app, target: issue.target, at: at,
            detail: "\(issue.code): \(issue.detail)")
    }

    // MARK: Windows

    /// Each set of windows once, however many apps have it.
    private var windows: [CalendarDocument.Windows] {
        struct Key: Hashable {
            let window: String
            let zone: String
        }
        let scheduled = entries.filter { $0.app.policy.every != nil && !$0.app.policy.windows.isEmpty }
        let counts = Dictionary(grouping: scheduled) {
            Key(window: $0.app.policy.windows, zone: $0.app.policy.timeZone)
        }
        return counts.compactMap { key, entries in
            guard let windows = try? Window.list(key.window), let zone = try? systemTimeZone(key.zone) else {
                return nil
            }
            return .init(
                window: key.window, timeZone: key.zone, apps: entries.count,
                openings: windows.openings(within: now..<until, in: zone).map {
                    .init(from: $0.lowerBound, to: $0.upperBound)
                })
        }.sorted { ($0.window, $0.timeZone) < ($1.window, $1.timeZone) }
    }
}
