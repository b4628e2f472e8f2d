package import Domain
package import SecretMemory

/// A secret of an app that Zoom may accept and that is no generation: of an answer that came late, or that gave way to another
/// secret. It may be the only one that lasts, so it stays until Zoom refuses it or it becomes a generation.
package struct Candidate: Sendable {
    /// What Zoom said when it was last asked.
    package enum Verdict: String, CaseIterable, Sendable { case accepted, refused, unknown }

    package let id: String
    package let appID: String
    /// `nil` while it is in an answer that nobody has read.
    package let secret: SecretBox?
    /// Zoom's answer, byte for byte, if it was not read.
    package let answer: SecretBox?
    /// When Zoom answered with it, or was asked for it, if only that is known.
    package let answeredAt: Timestamp
    /// Since when it is a candidate.
    package var savedAt: Timestamp
    /// The generation that clients get in its place.
    package let beside: Generation
    package var askedAt: Timestamp?
    package var verdict: Verdict?

    package init(
        id: String, appID: String, secret: SecretBox?, answer: SecretBox? = nil, answeredAt: Timestamp,
        savedAt: Timestamp, beside: Generation, askedAt: Timestamp? = nil, verdict: Verdict? = nil
    ) {
        (self.id, self.appID, self.secret, self.answer) = (id, appID, secret, answer)
        (self.answeredAt, self.savedAt, self.beside) = (answeredAt, savedAt, beside)
        (self.askedAt, self.verdict) = (askedAt, verdict)
    }
}
