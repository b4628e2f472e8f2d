package import Domain
package import SecretMemory

extension Rotation {
    /// A request for a change at Zoom. It is recorded before it is made.
    package struct Call: Hashable, Sendable {
        /// Random, and never used twice: in the audit log and the log, too.
        package let id: String
        package let at: Timestamp

        package init(id: String, at: Timestamp) {
            self.id = id
            self.at = at
        }
    }

    /// The request that sets when Zoom revokes the old secret.
    package struct Ending: Equatable, Sendable {
        package let call: Call
        /// When Zoom is to revoke the old secret. Zoom refuses a request that arrives later than that [doc: 2001], so a late
        /// one cannot revoke a secret of the next rotation.
        package let expires: Timestamp
        /// Whether Zoom answered that it will.
        package var isConfirmed: Bool
        /// Whether the request moves the end of the new secret away again, which Zoom had set in place of the old one's.
        package var putsBack: Bool

        package init(call: Call, expires: Timestamp, isConfirmed: Bool = false, putsBack: Bool = false) {
            self.call = call
            self.expires = expires
            self.isConfirmed = isConfirmed
            self.putsBack = putsBack
        }
    }

    /// When the old secret expires or is revoked, as far as is known: the earliest time that Zoom was asked for.
    package var oldExpires: Timestamp? {
        let ends = ending.flatMap { $0.putsBack ? nil : $0.expires }
        return [revokeAt, ends].compactMap(\.self).min()
    }

    /// Whether Zoom still accepts the old secret, although it answered that it revokes it, and that was due about 20 minutes
    /// ago. It may have revoked another one instead.
    package var isEndIgnored: Bool {
        phase == .draining && attempts >= Self.mostEndLooks
            && ending.map { $0.isConfirmed && !$0.putsBack } ?? false
    }

    /// How many times Zoom is asked whether it has revoked the old secret, before it counts as ignored.
    package static let mostEndLooks = 10

    /// The newest call, the outcome of which the present state is about; `nil` where no call is.
    package var lastCall: Call? {
        switch phase {
        case .intended, .lostResponse, .received: calls.last
        case .draining, .retired: ending?.call
        case .planned, .verified, .current, .published, .blocked, .refused, .aborted: nil
        }
    }
}

/// The token of one call. It is minted before the call is recorded, and stored with it: the call can be made with no other
/// token, and not at all once this one has expired.
package struct CallToken: Sendable {
    package let accessToken: SecretBox
    /// Where Zoom accepts it.
    package let apiURL: String
    /// The OAuth grant that it was minted with.
    package let grant: String
    package let expires: Timestamp

    package init(accessToken: SecretBox, apiURL: String, grant: String, expires: Timestamp) {
        self.accessToken = accessToken
        self.apiURL = apiURL
        self.grant = grant
        self.expires = expires
    }
}
