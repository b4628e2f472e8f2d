package import Domain
package import SecretJSON
import SocketAPI

/// What an auditor asks of one rotation: who asked for it, and when each step was done. A step whose lines are not in the
/// log any more has the time that the vault knows, or none.
package struct RotationEvidence: Equatable, Sendable, MemberList {
    /// A client or a push target that has to move to the new secret.
    package struct Consumer: Equatable, Sendable, MemberList {
        package let kind: String
        package let name: String
        /// When it first had the new secret, or a later one; `nil` if that is not known.
        package let at: Timestamp?
        /// How: `fetched`, `acknowledged` or `pushed`; `nil` if it never had it.
        package let how: String?

        init(_ kind: Kind, _ name: String, at: Timestamp?, how: String?) {
            (self.kind, self.name, self.at, self.how) = (kind.rawValue, name, at, how)
        }

        package enum Kind: String { case client, target }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            kind = try members("kind", \.kind)
            name = try members("name", \.name)
            at = try members.orNull("at", \.at)
            how = try members.orNull("how", \.how)
        }
    }

    package let id: String
    package let state: Open<RotationPhase>
    package let trigger: Open<RotationTrigger>
    /// The generation that is replaced, and the new one.
    package let base: Int
    package let target: Int
    package let askedBy: String
    package let askedAt: Timestamp
    /// Each request to Zoom for a new secret.
    package let zoomAskedAt: [Timestamp]
    package let receivedAt: Timestamp?
    /// When Zoom accepted the new secret.
    package let verifiedAt: Timestamp?
    package let liveAt: Timestamp?
    package let pushedAt: Timestamp?
    package let drainingAt: Timestamp?
    package let consumers: [Consumer]
    /// When the old secret was revoked or expired.
    package let oldEndedAt: Timestamp?
    /// When it expires, if that is still ahead.
    package let oldEndsAt: Timestamp?
    /// What Zoom answered about the old secret, or why it was not asked.
    package let ending: String?
    package let endedAt: Timestamp?
    package let reason: String?
    /// The numbers of the first and the last of its lines in the log; `nil` if there are none.
    package let firstLine: Int?
    package let lastLine: Int?

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        id = try members("id", \.id)
        state = try members("state", \.state)
        trigger = try members("trigger", \.trigger)
        base = try members("generation", \.base)
        target = try members("new_generation", \.target)
        askedBy = try members("asked_by", \.askedBy)
        askedAt = try members("asked_at", \.askedAt)
        zoomAskedAt = try members("zoom_asked_at", \.zoomAskedAt)
        receivedAt = try members.orNull("received_at", \.receivedAt)
        verifiedAt = try members.orNull("verified_at", \.verifiedAt)
        liveAt = try members.orNull("live_at", \.liveAt)
        pushedAt = try members.orNull("pushed_at", \.pushedAt)
        drainingAt = try members.orNull("grace_period_at", \.drainingAt)
        consumers = try members("consumers", \.consumers)
        oldEndedAt = try members.orNull("old_secret_ended_at", \.oldEndedAt)
        oldEndsAt = try members.orNull("old_secret_ends_at", \.oldEndsAt)
        ending = try members.orNull("old_secret_ending", \.ending)
        endedAt = try members.orNull("ended_at", \.endedAt)
        reason = try members.orNull("reason", \.reason)
        firstLine = try members.orNull("first_line", \.firstLine)
        lastLine = try members.orNull("last_line", \.lastLine)
    }

    /// - Parameters:
    ///   - predecessor: the ID of the rotation that this one follows by an order: the order's line names that one.
    ///   - lines: all lines about the app.
    ///   - requests: of its clients.
    ///   - holders: what each client is known to have.
    init(
        _ rotation: RotationDocument, after predecessor: String?, lines: [LogLine], requests: [AppEvidence.Requests],
        holders: [HolderList.Holder], targets: [TargetDocument], now: Timestamp
    ) {
        let own = lines.filter { $0.rotation == rotation.id && $0.outcome == "done" }
        func first(_ phase: RotationPhase) -> Timestamp? { own.first { $0.action == phase.action }?.time }
        id = rotation.id
        (state, trigger) = (rotation.state, rotation.trigger)
        (base, target) = (rotation.base, rotation.target)
        let isOrder = { (line: LogLine) in line.uid != nil && line.action == "rotation.rotate" && line.outcome == "done"
        }
        let order =
            own.first(where: isOrder) ?? lines.last { $0.rotation == predecessor && predecessor != nil && isOrder($0) }
        askedBy =
            order?.who
            ?? (rotation.trigger == .schedule
                ? "schedule" : rotation.trigger == .manual ? "operator, by hand" : "operator")
        askedAt = order?.time ?? rotation.plannedAt
        zoomAskedAt = own.filter { $0.action == RotationPhase.intended.action }.map(\.time)
        receivedAt = first(.received)
        liveAt = first(.current) ?? rotation.promotedAt
        verifiedAt = first(.verified)
        pushedAt = targets.isEmpty ? nil : first(.published)
        drainingAt = first(.draining)
        endedAt = rotation.endedAt
        reason = rotation.reason
        (firstLine, lastLine) = (own.first?.number, own.last?.number)
        let moves = Moves(rotation, lines: lines, requests: requests, holders: holders, targets: targets)
        consumers = rotation.promotedAt == nil ? [] : moves.consumers
        let end = rotation.oldSecretExpiresAt
        let isRetired = rotation.state == .retired
        oldEndedAt = isRetired ? end.map { min($0, now) == $0 ? $0 : nil } ?? rotation.endedAt : nil
        oldEndsAt = rotation.promotedAt == nil ? nil : end.flatMap { $0 > now ? $0 : nil }
        ending = Self.ending(rotation, own)
    }

    /// What the log says of the old secret's end: Zoom's last answer, or why there is none.
    private static func ending(_ rotation: RotationDocument, _ own: [LogLine]) -> String? {
        guard rotation.promotedAt != nil else { return nil }
        let draining = own.filter { $0.action == RotationPhase.draining.action }.compactMap(\.reason)
        let answer = draining.last { $0.hasPrefix("Zoom ") && $0.contains("old secret") }
        let retired = own.last { $0.action == RotationPhase.retired.action }
        // A rotation that another one replaced has no line of its own about its end.
        let reason = retired == nil ? rotation.reason : retired?.reason
        let parts = [answer, reason == answer ? nil : reason].compactMap(\.self)
        if !parts.isEmpty { return parts.joined(separator: "; ") }
        guard rotation.state == .retired else { return nil }
        if rotation.trigger == .manual { return "left to expire: the new secret was made in the Marketplace" }
        return retired == nil
            ? "the log has no line about it any more" : "its time was over; the log has no answer of Zoom's about it"
    }
}

extension RotationPhase {
    /// The action of the log's lines about it.
    fileprivate var action: String { "rotation.\(rawValue)" }
}

/// When the consumers of an app moved to the secret of a rotation. The vault knows of each only what it has now, which tells
/// when it moved if that is this secret.
private struct Moves {
    let consumers: [RotationEvidence.Consumer]

    init(
        _ rotation: RotationDocument, lines: [LogLine], requests: [AppEvidence.Requests],
        holders: [HolderList.Holder], targets: [TargetDocument]
    ) {
        let got = requests.filter { $0.outcome == "allowed" && $0.action.hasPrefix("credentials.") }
        // Who had the old secret, or has the new one.
        let had = Set(got.filter { [rotation.base, rotation.target].contains($0.generation) }.compactMap(\.client))
            .union(
                holders.filter { [rotation.base, rotation.target].contains($0.generation) }.map {
                    $0.client.description
                }
            )
        let clients = had.sorted().map { client in
            let moved = got.filter { $0.client == client && $0.generation ?? 0 >= rotation.target }
                .min { $0.first < $1.first }
            let holder = holders.filter { $0.client.description == client && $0.generation >= rotation.target }
                .min { ($0.generation, $0.at) < ($1.generation, $1.at) }
            return RotationEvidence.Consumer(
                .client, client, at: moved?.first ?? holder.flatMap { $0.generation == rotation.target ? $0.at : nil },
                how: moved.map { $0.action == "credentials.ack" ? "acknowledged" : "fetched" }
                    ?? holder.map { $0.isAcknowledged ? "acknowledged" : "fetched" })
        }
        let names = Set(
            lines.filter { $0.action == "target.pushed" && $0.rotationNumbers(rotation) }.compactMap(\.target)
        ).union(targets.filter { $0.createdAt <= (rotation.endedAt ?? .distantFuture) }.map { $0.name.description })
        let pushes = names.sorted().map { name in
            let line = lines.first {
                $0.action == "target.pushed" && $0.outcome == "done" && $0.target == name
                    && $0.generation ?? 0 >= rotation.target
            }
            let known = targets.first { $0.name.description == name && $0.generation ?? 0 >= rotation.target }
            return RotationEvidence.Consumer(
                .target, name, at: line?.time ?? (known?.generation == rotation.target ? known?.pushedAt : nil),
                how: line == nil && known == nil ? nil : "pushed")
        }
        consumers = clients + pushes
    }
}

extension Timestamp {
    fileprivate static let distantFuture = Timestamp(unixSeconds: .max)
}

extension LogLine {
    fileprivate func rotationNumbers(_ rotation: RotationDocument) -> Bool {
        generation.map { $0 == rotation.base || $0 == rotation.target } ?? false
    }
}
