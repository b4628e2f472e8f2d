package import Domain
import Synchronization

/// An app as readers see it: an immutable value that is replaced as a whole.
///
/// It is passed around at each request, and there may be a hundred thousand: a copy is one reference, and takes no more
/// memory than that.
package struct AppEntry: Sendable {
    /// The facts about an app besides itself and its current secret.
    struct Facts: Sendable {
        var previous: Credential?
        var rotation: Rotation?
        var replaced: ReplacedSecret?
        var token: SeenToken?
        var refusals: Refusals?
        /// Of the current secret.
        var fingerprint: String?
        var receipts: [Holder: Receipt] = [:]
        /// By ID.
        var candidates: [String: Candidate] = [:]
        var schedulerState = SchedulerState()
        var refusedRotation: RefusedRotation?
        let tokenUse = TokenUse()
    }

    /// The shared content of an entry. Immutable: a changed entry has a new one.
    private final class Box: Sendable {
        let app: App
        let credential: Credential
        let facts: Facts
        let rendering = Mutex<(any AnyObject & Sendable)?>(nil)

        init(_ app: App, _ credential: Credential, _ facts: Facts) {
            (self.app, self.credential, self.facts) = (app, credential, facts)
        }
    }

    private let box: Box

    init(app: App, credential: Credential, _ facts: Facts = Facts()) { box = Box(app, credential, facts) }

    package var app: App { box.app }

    /// The current secret, which is served.
    package var credential: Credential { box.credential }

    var facts: Facts { box.facts }

    /// The previous secret, until it is retired.
    package var previous: Credential? { box.facts.previous }

    /// The running rotation.
    package var rotation: Rotation? { box.facts.rotation }

    /// The secret that the last completed rotation replaced.
    package var replaced: ReplacedSecret? { box.facts.replaced }
    package var token: SeenToken? { box.facts.token }
    package var refusals: Refusals? { box.facts.refusals }
    package var receipts: [Holder: Receipt] { box.facts.receipts }

    /// Secrets that are no generation, and that Zoom may accept; the newest first.
    package var candidates: [Candidate] {
        box.facts.candidates.values.sorted { ($0.answeredAt, $0.id) > ($1.answeredAt, $1.id) }
    }

    package var hasCandidates: Bool { !box.facts.candidates.isEmpty }

    /// The current secret's keyed fingerprint, which is the same for the life of the vault. `nil` only if OpenSSL failed.
    package var fingerprint: String? { box.facts.fingerprint }
    package var schedulerState: SchedulerState { box.facts.schedulerState }

    /// The last automatic rotation that Zoom refused, if the secret was not replaced since.
    package var refusedRotation: RefusedRotation? {
        box.facts.refusedRotation.flatMap { $0.base == credential.generation ? $0 : nil }
    }

    /// Shared by all versions of the app's entry since the start.
    package var tokenUse: TokenUse { box.facts.tokenUse }

    /// Whether the current secret comes from a backup and Zoom has not accepted it since.
    package var isSuspect: Bool { credential.suspectSince != nil }

    /// Whether a rotation made the current secret, after Zoom had accepted it.
    package var isFromRotation: Bool {
        if let rotation, rotation.promotedAt != nil { return rotation.target == generation }
        return replaced?.successor == generation
    }

    /// Whether Zoom said last that it does not know the current secret.
    package var isRefused: Bool {
        refusals.map { $0.generation == generation && $0.cause == .invalidClient && !$0.mayPass } ?? false
    }

    /// The names of the app and its current generation, without a copy of the rest.
    package var name: Name { box.app.name }
    package var generation: Generation { box.credential.generation }

    /// What a reader derived from this very entry: made once, on first use, and freed with the entry.
    package func rendering(_ make: () -> any AnyObject & Sendable) -> any AnyObject & Sendable {
        if let known = box.rendering.withLock({ $0 }) { return known }
        let made = make()
        return box.rendering.withLock { rendering in
            if let known = rendering { return known }
            rendering = made
            return made
        }
    }

    /// Until when Zoom accepts the previous secret, as far as is known.
    package var previousValidUntil: Timestamp? {
        guard box.facts.previous != nil, let rotation, rotation.baseState == nil else { return nil }
        return rotation.oldExpires
    }
}

/// When an app's token was last requested: unused tokens are not refreshed.
package final class TokenUse: Sendable {
    /// In seconds of the boot clock; 0 for never.
    private let last = Atomic(0)

    package init() {}

    package func record(_ now: Moment) { last.store(now.boot, ordering: .relaxed) }

    /// Whether it was within an hour, a token's usual lifetime.
    package func isRecent(at now: Moment) -> Bool {
        let last = last.load(ordering: .relaxed)
        return last > 0 && now.boot - last < 3600
    }
}

/// A token, and when this process got it.
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

    /// A token from the vault that an earlier process minted; `nil` if it may be older than the clock suggests.
    ///
    /// Its age is known only by the wall clock. If that is before the token's issue time, the token would seem to last
    /// longer than it was made for. If it is before any other time that the vault knows, it was wrong then or is now, by
    /// an unknown amount.
    /// - Parameter newest: the latest time of a change or of the audit log's last line; `nil` when there is none.
    package init?(found token: Token, at now: Moment, newest: Timestamp?) {
        guard token.issuedAt <= now.wall, newest ?? now.wall <= now.wall else { return nil }
        self.init(token: token, seen: now, minted: false)
    }

    /// Seconds left, by whichever clock leaves fewer: the wall clock may have been set back, so the boot clock counts;
    /// after the whole virtual machine was suspended, only the wall clock knows the time that passed.
    package func secondsLeft(at now: Moment) -> Int {
        let byWall = token.expiresAt - now.wall
        let byBoot = token.expiresAt - seen.wall - (now.boot - seen.boot)
        // The seconds of the two clocks do not start together.
        return abs(byWall - byBoot) <= 1 ? byWall : min(byWall, byBoot)
    }

    /// The time of expiry, by the present setting of the wall clock.
    package func expiresAt(at now: Moment) -> Timestamp { now.wall + secondsLeft(at: now) }
}
