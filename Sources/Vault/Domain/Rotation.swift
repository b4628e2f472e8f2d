package import Domain
package import SecretMemory

/// One rotation of an app's client secret, as the vault holds it: every fact that is needed to go on after a crash.
///
/// What may follow what is not said here but in the Rotation module, whose states are the only ones to make the next
/// set of facts out of the last.
package struct Rotation: Sendable {
    /// The raw values are stored, and shown to operators.
    package enum Phase: String, Sendable, CaseIterable {
        /// Wanted; nothing was done yet.
        case planned
        /// Zoom is about to be asked for a new secret, or was.
        case intended
        /// Zoom was asked, and its answer did not arrive. The old secret works until ``Rotation/revokeAt``.
        case lostResponse = "lost_response"
        /// Zoom's answer is in the vault, as it came.
        case received
        /// Zoom took the new secret.
        case verified
        /// The new secret is the one that is handed out.
        case current
        /// Every push target has it.
        case published
        /// Waiting for the clients that hold the old one.
        case draining
        /// Done: the old secret is revoked.
        case retired
        /// Done: Zoom would not make a new secret. The old one works as before.
        case refused
        /// Done: the operator stopped it before anything had changed.
        case aborted
        /// Goes on only at the operator's word.
        case blocked

        package var isFinal: Bool { self == .retired || self == .refused || self == .aborted }
    }

    package enum Trigger: String, Sendable { case schedule, `operator`, manual }

    package let id: String
    package let appID: String
    /// The generation that is to be replaced.
    package let base: Generation
    package let trigger: Trigger
    package let plannedAt: Timestamp
    /// The least time for which both secrets stay valid, in seconds; 0 for as long as any client holds the old one.
    package var overlap: Int

    package var phase: Phase
    /// When it came into its ``stage``.
    package internal(set) var enteredAt: Timestamp
    /// When there is something to do next; `nil` when it is up to the operator, or nothing is left.
    package var due: Timestamp?
    /// When Zoom kills the old secret, as we asked it to; or, if ``isByHand``, at the latest: what becomes of it was chosen in
    /// the Marketplace, and not told to us.
    package var revokeAt: Timestamp?
    /// The generation that its secret gets.
    package var target: Generation
    /// How often the present step was tried.
    package var attempts = 0
    /// When Zoom was asked for a new secret in this rotation, oldest first.
    package var calls: [Timestamp] = []
    /// When Zoom was asked for other changes of the app's secret that may still count at its throttle: in the rotations
    /// before this one, and to end the old secret.
    package var otherCalls: [Timestamp] = []
    /// When the first answer was lost: from then on the old secret may have a date of death.
    package var lostAt: Timestamp?
    /// Zoom's answer, byte for byte, until it is read.
    package var answer: SecretBox?
    /// The new secret, until it is a generation of its own.
    package var candidate: SecretBox?
    package var promotedAt: Timestamp?
    package var publishedAt: Timestamp?
    package var endedAt: Timestamp?
    /// Why it stands where it stands, in words for operators.
    package var reason: String?
    /// Whether it came out of a backup: Zoom may have been told of other secrets since, so that "the old one" may mean
    /// another one to Zoom. It is left to die by itself.
    package var isRestored = false
    /// Where a blocked rotation goes on.
    package var resumesAt: Phase?
    /// Since when the overlap is over by the operator's word, whoever has only the old secret; `nil` while it is not.
    package var endsNowSince: Timestamp?
    /// The id of the rotation that begins in the same commit in which this one ends.
    package var successor: String?
    /// A secret that the operator entered while Zoom could not be asked whether it takes it. Until Zoom says yes it
    /// changes nothing.
    package var entered: SecretBox?

    package var endsNow: Bool { endsNowSince != nil }
    /// Whether its secret was made in the Marketplace, and Zoom was asked for nothing.
    package var isByHand: Bool { trigger == .manual && calls.isEmpty }
    /// Whether Zoom is asked to end the old secret. What an operator made in the Marketplace has a schedule there that is not
    /// ours to change; and of a rotation out of a backup nobody knows what Zoom was told since.
    package var endsOldSecret: Bool { trigger != .manual && !isRestored }

    package init(
        id: String, appID: String, base: Generation, trigger: Trigger, plannedAt: Timestamp, overlap: Int, phase: Phase
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
        id: String, app: App, base: Generation, trigger: Trigger, overlap: Int, at now: Timestamp
    ) -> Rotation {
        var rotation = Rotation(
            id: id, appID: app.id, base: base, trigger: trigger, plannedAt: now, overlap: overlap, phase: .planned)
        rotation.target = app.next(after: base)
        rotation.due = now
        return rotation
    }
}
