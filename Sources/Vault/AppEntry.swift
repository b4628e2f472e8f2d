package import Domain
import Synchronization

/// An app as readers see it: a value that is replaced as a whole.
///
/// It goes from hand to hand at each request, and there may be a hundred thousand: a copy is one reference, and costs as
/// much memory as one.
package struct AppEntry: Sendable {
    /// What is known of an app beside itself and its current secret.
    struct Facts: Sendable {
        var previous: Credential?
        var rotation: Rotation?
        var replaced: ReplacedSecret?
        var token: SeenToken?
        var refusals: Refusals?
        var receipts: [Name: Receipt] = [:]
        var upkeep = Upkeep()
        var refusedRotation: RefusedRotation?
        let tokenUse = TokenUse()
    }

    /// What the entry was made of. Never changed: who changes an entry has a new one.
    private final class Box: Sendable {
        let app: App
        let credential: Credential
        let facts: Facts

        init(_ app: App, _ credential: Credential, _ facts: Facts) {
            (self.app, self.credential, self.facts) = (app, credential, facts)
        }
    }

    private let box: Box

    init(app: App, credential: Credential, _ facts: Facts = Facts()) { box = Box(app, credential, facts) }

    package var app: App { box.app }

    /// The current secret: the one that is handed out.
    package var credential: Credential { box.credential }

    var facts: Facts { box.facts }

    /// The one before it, until it is retired.
    package var previous: Credential? { box.facts.previous }

    /// The rotation that is under way.
    package var rotation: Rotation? { box.facts.rotation }

    /// The last secret that a rotation brought to its end.
    package var replaced: ReplacedSecret? { box.facts.replaced }
    package var token: SeenToken? { box.facts.token }
    package var refusals: Refusals? { box.facts.refusals }
    package var receipts: [Name: Receipt] { box.facts.receipts }
    package var upkeep: Upkeep { box.facts.upkeep }

    /// The last rotation that began by itself and that Zoom refused, if none has replaced the secret since.
    package var refusedRotation: RefusedRotation? {
        box.facts.refusedRotation.flatMap { $0.base == credential.generation ? $0 : nil }
    }

    /// The same for all that the app's entry ever was, since the start.
    package var tokenUse: TokenUse { box.facts.tokenUse }

    /// Whether the current secret came out of a backup, and Zoom has not taken it since.
    package var isSuspect: Bool { credential.suspectSince != nil }

    /// Of the app, and of its current secret, without a copy of all the rest.
    package var name: Name { box.app.name }
    package var generation: Generation { box.credential.generation }

    /// Whether both are one and the same, and not only equal.
    package func isIdentical(to other: AppEntry) -> Bool { box === other.box }

    /// Until when Zoom takes the secret before the current one, as far as is known.
    package var previousValidUntil: Timestamp? {
        guard box.facts.previous != nil, let rotation, !rotation.isByHand else { return nil }
        return rotation.revokeAt
    }
}

/// When somebody last asked for an app's token: tokens that nobody uses are not refreshed.
package final class TokenUse: Sendable {
    /// Seconds on the boot clock; 0 is never.
    private let last = Atomic(0)

    package init() {}

    package func note(_ now: Moment) { last.store(now.boot, ordering: .relaxed) }

    /// Whether it was within a token's usual life of an hour.
    package func isRecent(at now: Moment) -> Bool {
        let last = last.load(ordering: .relaxed)
        return last > 0 && now.boot - last < 3600
    }
}

/// A token, and when it came into this process's memory.
package struct SeenToken: Sendable {
    package let token: Token
    package let seen: Moment
    /// Whether this process minted it, rather than found it in the vault.
    package let minted: Bool

    package init(token: Token, seen: Moment, minted: Bool) {
        self.token = token
        self.seen = seen
        self.minted = minted
    }

    /// A token that was found in the vault, by a process that did not see it come; `nil` for one that may be older than
    /// the clock makes it look.
    ///
    /// Its age is known by the wall clock alone. Where that is behind the time at which the token was issued, it would have
    /// more left than it was made for; where it is behind anything else that the vault knows of, it was wrong then or is now,
    /// and nobody knows by how much.
    /// - Parameter newest: the latest time of a change or of the audit log's last line; `nil` when there is none.
    package init?(found token: Token, at now: Moment, newest: Timestamp?) {
        guard token.issuedAt <= now.wall, newest ?? now.wall <= now.wall else { return nil }
        self.init(token: token, seen: now, minted: false)
    }

    /// Seconds left, by whichever clock leaves less: the wall clock may have been set back, and what has passed on
    /// the boot clock has passed; a machine that was suspended as a whole knows of that by its wall clock alone.
    package func secondsLeft(at now: Moment) -> Int {
        let byWall = token.expiresAt - now.wall
        let byBoot = token.expiresAt - seen.wall - (now.boot - seen.boot)
        // The seconds of the two clocks do not begin together.
        return abs(byWall - byBoot) <= 1 ? byWall : min(byWall, byBoot)
    }

    /// When that is over, on the wall clock as it is set now.
    package func expiresAt(at now: Moment) -> Timestamp { now.wall + secondsLeft(at: now) }
}
