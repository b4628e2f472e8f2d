package import Names
import Synchronization
package import Times

/// An app as readers see it: a value that is replaced as a whole.
///
/// It goes from hand to hand at each request, and there may be a hundred thousand: a copy is one reference, and costs as
/// much memory as one.
package struct AppEntry: Sendable {
    /// What the entry was made of. Never changed: who changes an entry has a new one.
    struct Content: Sendable {
        var app: App
        var credential: Credential
        var previous: Credential?
        var rotation: Rotation?
        var replaced: ReplacedSecret?
        var token: SeenToken?
        var refusals: Refusals?
        var receipts: [Name: Receipt] = [:]
        var upkeep = Upkeep()
        var refusedRotation: RefusedRotation?
        let tokenUse = TokenUse()

        init(app: App, credential: Credential) {
            self.app = app
            self.credential = credential
        }
    }

    private final class Box: Sendable {
        let content: Content
        init(_ content: Content) { self.content = content }
    }

    private var box: Box

    private var content: Content {
        get { box.content }
        set { box = Box(newValue) }
    }

    init(_ content: Content) { box = Box(content) }

    init(app: App, credential: Credential) { self.init(Content(app: app, credential: credential)) }

    package internal(set) var app: App {
        get { box.content.app }
        set { content.app = newValue }
    }

    /// The current secret: the one that is handed out.
    package internal(set) var credential: Credential {
        get { box.content.credential }
        set { content.credential = newValue }
    }

    /// The one before it, until it is retired.
    package internal(set) var previous: Credential? {
        get { box.content.previous }
        set { content.previous = newValue }
    }

    /// The rotation that is under way.
    package internal(set) var rotation: Rotation? {
        get { box.content.rotation }
        set { content.rotation = newValue }
    }

    /// The last secret that a rotation brought to its end.
    package internal(set) var replaced: ReplacedSecret? {
        get { box.content.replaced }
        set { content.replaced = newValue }
    }

    package internal(set) var token: SeenToken? {
        get { box.content.token }
        set { content.token = newValue }
    }

    package internal(set) var refusals: Refusals? {
        get { box.content.refusals }
        set { content.refusals = newValue }
    }

    package internal(set) var receipts: [Name: Receipt] {
        get { box.content.receipts }
        set { content.receipts = newValue }
    }

    package internal(set) var upkeep: Upkeep {
        get { box.content.upkeep }
        set { content.upkeep = newValue }
    }

    /// The last rotation that began by itself and that Zoom refused, if none has replaced the secret since.
    package var refusedRotation: RefusedRotation? {
        box.content.refusedRotation.flatMap { $0.base == credential.generation ? $0 : nil }
    }

    mutating func note(_ refused: RefusedRotation) { content.refusedRotation = refused }

    /// The same for all that the app's entry ever was, since the start.
    package var tokenUse: TokenUse { box.content.tokenUse }

    /// Whether the current secret came out of a backup, and Zoom has not taken it since.
    package var isSuspect: Bool { credential.suspectSince != nil }

    /// Of the app, and of its current secret, without a copy of all the rest.
    package var name: Name { box.content.app.name }
    package var generation: Generation { box.content.credential.generation }

    /// Whether both are one and the same, and not only equal.
    package func isIdentical(to other: AppEntry) -> Bool { box === other.box }

    /// Until when Zoom takes the secret before the current one, as far as is known.
    package var previousValidUntil: Timestamp? {
        guard box.content.previous != nil, let rotation, !rotation.isByHand else { return nil }
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
