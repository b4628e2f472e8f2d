package import Domain
package import SecretMemory

/// One rotation of an app's client secret, as stored in the vault: every fact that is needed to continue after a crash.
///
/// Legal transitions are defined in the Rotation module; only its state types create a new set of facts.
package struct Rotation: Sendable {
    package let id: String
    package let appID: String
    /// The generation to be replaced.
    package let base: Generation
    package let trigger: RotationTrigger
    package let plannedAt: Timestamp
    /// The minimum time for which both secrets are valid, in seconds; 0 for as long as any client holds the old one.
    package var overlap: Int

    package var phase: RotationPhase
    /// When it entered its ``stage``.
    package internal(set) var enteredAt: Timestamp
    /// When the next step is due; `nil` when it needs the operator, or nothing is left.
    package var due: Timestamp?
    /// When the old secret expires at Zoom, as requested; or, if ``isByHand``, the latest time, since the choice made in
    /// the Marketplace is unknown. At the promotion, if Zoom had refused it before.
    package var revokeAt: Timestamp?
    /// The generation of the new secret.
    package var target: Generation
    /// How many times the present step was tried.
    package var attempts = 0
    /// The requests for a new secret in this rotation, oldest first.
    package var calls: [Call] = []
    /// The token of the newest call, until its outcome is known.
    package var callToken: CallToken?
    /// The ID that Zoom gave the new secret; `nil` if that is unknown, as for one that was made by hand.
    package var secretID: String?
    /// When Zoom was asked for other changes that may still count for its throttle: in earlier rotations, and to revoke
    /// the old secret.
    package var otherCalls: [Timestamp] = []
    /// The request to revoke the old secret; `nil` while none was made, or once it is certain that it changed nothing.
    package var ending: Ending?
    /// When the new secret, which is served, expires: Zoom set its end in place of the old one's, because somebody had
    /// generated another secret in the Marketplace. `nil` otherwise.
    package var servedExpires: Timestamp?
    /// When the first answer was lost: from then on the old secret may have an expiry.
    package var lostAt: Timestamp?
    /// Whether the old secret was revoked without Keyturn; `nil` where nothing suggests it.
    package var baseState: BaseState?
    /// Zoom's answer, byte for byte, until it is read.
    package var answer: SecretBox?
    /// The new secret, until it is stored as a generation.
    package var candidate: SecretBox?
    package var promotedAt: Timestamp?
    package var publishedAt: Timestamp?
    package var endedAt: Timestamp?
    /// Why the rotation is in this state, as text for operators.
    package var reason: String?
    /// Zoom's ID for the call that is the reason.
    package var trackingID: String?
    /// Whether it was restored from a backup: Zoom may have made other secrets since, and would revoke another one as
    /// "the old secret". So the old one is left to expire.
    package var isRestored = false
    /// The phase in which a blocked rotation continues.
    package var resumesAt: RotationPhase?
    /// When the operator ended the overlap, even for clients that have only the old secret; `nil` otherwise.
    package var endsNowSince: Timestamp?
    /// The ID of the rotation that starts in the commit that ends this one.
    package var successor: String?
    /// A secret that the operator entered while Zoom could not be asked to verify it. It changes nothing until Zoom
    /// accepts it.
    package var entered: SecretBox?

    package enum BaseState: String, CaseIterable, Sendable {
        /// The new secret was generated in the Marketplace, which may revoke the old one at once, and Zoom has not been
        /// asked yet.
        case unknown
        /// Zoom accepted it, beside a new one that was generated in the Marketplace. When it expires was chosen there.
        case accepted
        /// Zoom refused it, and accepted the new one.
        case refused
    }

    package var endsNow: Bool { endsNowSince != nil }
    /// Whether its secret was generated in the Marketplace, and nothing was requested from Zoom.
    package var isByHand: Bool { trigger == .manual && calls.isEmpty }
    /// Whether to revoke the old secret at Zoom. After a secret from the Marketplace, the old one has an expiry there
    /// that is not ours to change; and for a rotation from a backup, later requests to Zoom are unknown.
    package var endsOldSecret: Bool { trigger != .manual && !isRestored && servedExpires == nil }

    /// Whether Zoom accepts the old secret no more.
    package func isOldSecretOver(_ now: Timestamp) -> Bool { revokeAt.map { $0 <= now } ?? false }

    package init(
        id: String, appID: String, base: Generation, trigger: RotationTrigger, plannedAt: Timestamp, overlap: Int,
        phase: RotationPhase
    ) {
        self.id = id
        self.appID = appID
        self.base = base
        target = base.next
        self.trigger = trigger
        self.plannedAt = plannedAt
        enteredAt = plannedAt
        self.overlap = overlap
        self.phase = phase
    }

    /// A new rotation of the app, due at once.
    package static func planned(
        id: String, app: App, base: Generation, trigger: RotationTrigger, overlap: Int, at now: Timestamp
    ) -> Rotation {
        var rotation = Rotation(
            id: id, appID: app.id, base: base, trigger: trigger, plannedAt: now, overlap: overlap, phase: .planned)
        rotation.target = app.next(after: base)
        rotation.due = now
        return rotation
    }
}
