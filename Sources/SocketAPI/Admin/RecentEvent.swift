package import Domain
package import SecretJSON

/// Something that happened to an app, as far as its rotations, its clients and its push targets show. Of each client and
/// target only the newest fetch and push are known; the audit log has them all.
package struct RecentEvent: Equatable, Sendable, ListedDocument {
    /// The raw values are stable.
    package enum Kind: String, CaseIterable, Sendable {
        case appAdded = "app_added"
        case idsChanged = "ids_changed"
        case rotationStarted = "rotation_started"
        case secretLive = "secret_live"
        case rotationEnded = "rotation_ended"
        case fetched, acknowledged
        case targetAdded = "target_added"
        case pushed
        case enginesUpdated = "engines_updated"
        case targetChanged = "target_changed"
        case pushFailed = "push_failed"
    }

    package let at: Timestamp
    package let event: Open<Kind>
    package let detail: String

    init(_ at: Timestamp, _ event: Kind, _ detail: String) {
        self.at = at
        self.event = .known(event)
        self.detail = detail
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        at = try members("at", \.at)
        event = try members("event", \.event)
        detail = try members("detail", \.detail)
    }

    /// The newest events, oldest first.
    static func last(
        _ count: Int, app: AppDocument, history: HistoryDocument, holders: [HolderList.Holder],
        targets: [TargetDocument]
    ) -> [RecentEvent] {
        let all =
            [RecentEvent(app.createdAt, .appAdded, "the app was added")] + history.generations.compactMap(changedIDs)
            + history.rotations.suffix(count).flatMap(events) + holders.map(event) + targets.flatMap(events)
        // What happened in one second stays in the order of its cause.
        return all.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .suffix(count).map(\.element)
    }

    private static func changedIDs(_ generation: HistoryDocument.Generation) -> RecentEvent? {
        guard generation.origin == .identified, let since = generation.since else { return nil }
        return RecentEvent(since, .idsChanged, "generation \(generation.generation): the app's IDs were changed")
    }

    private static func events(_ rotation: RotationDocument) -> [RecentEvent] {
        let id = "rotation \(rotation.id.prefix(8))"
        var events = [
            RecentEvent(
                rotation.plannedAt, .rotationStarted,
                "\(id) was started \(rotation.trigger.words), to replace generation \(rotation.base)")
        ]
        if let promotedAt = rotation.promotedAt {
            events.append(RecentEvent(promotedAt, .secretLive, "generation \(rotation.target) is live"))
        }
        if let endedAt = rotation.endedAt {
            let why = rotation.reason.map { ": \($0)" } ?? ""
            events.append(RecentEvent(endedAt, .rotationEnded, "\(id) ended, \(rotation.state.words)\(why)"))
        }
        return events
    }

    private static func event(_ holder: HolderList.Holder) -> RecentEvent {
        let verb = holder.isAcknowledged ? "acknowledged" : "fetched"
        return RecentEvent(
            holder.at, holder.isAcknowledged ? .acknowledged : .fetched,
            "client \(holder.client) \(verb) generation \(holder.generation)")
    }

    private static func events(_ target: TargetDocument) -> [RecentEvent] {
        let has = target.generation.map { "generation \($0)" } ?? "the app's secret"
        return [
            RecentEvent(target.createdAt, .targetAdded, "target \(target.name) was added"),
            target.pushedAt.map { RecentEvent($0, .pushed, "\(has) was pushed to target \(target.name)") },
            target.replicatedAt.map {
                RecentEvent($0, .enginesUpdated, "the engines of target \(target.name) have \(has)")
            },
            target.changedAt.map {
                RecentEvent(
                    $0, .targetChanged,
                    "target \(target.name) was changed outside" + (target.change.map { ": \($0.detail)" } ?? ""))
            },
            target.failure.map {
                RecentEvent($0.since, .pushFailed, "the push to target \(target.name) failed: \($0.detail)")
            },
        ].compactMap(\.self)
    }
}
