import Domain
package import SecretMemory

/// The outcome of a request for a new client secret. Zoom shows the secret only once, so the bytes are returned as they
/// arrived and must be stored safely before they are read.
package enum RotationCall: Sendable {
    /// The body of a 2xx, byte for byte, JSON or not. Read it with ``RotationAnswer``.
    case answered(SecretBox)
    /// Zoom certainly changed nothing: the request was not sent, or Zoom refused it in its own form.
    case certainlyNot(ZoomFailure)
    /// Zoom may have made a secret that we do not have. `partial` is the part of a body that arrived, if any: of a
    /// truncated answer, or of one whose status does not settle the outcome. See ``RotationAnswer/salvage(_:)``.
    case unknown(ZoomFailure, partial: SecretBox?)

    /// Decided by the failure's disposition alone: ambiguous is unknown, anything else is `certainlyNot`.
    init(_ failure: ZoomFailure, body: SecretBox?) {
        let isEmpty = (body?.bytes.count ?? 0) == 0
        self =
            failure.disposition == .ambiguous
            ? .unknown(failure, partial: isEmpty ? nil : body) : .certainlyNot(failure)
    }
}

/// The outcome of a request to revoke the old client secret at a time ahead.
package enum EndOldSecretCall: Equatable, Sendable {
    /// Zoom revokes an old secret at that time: the one that the secret with this ID replaced, if the answer says so.
    case set(secretID: String?)
    /// Zoom refused the time as past, or as too far ahead: the call was late, or a clock is wrong.
    case outOfRange(ZoomFailure)
    /// Zoom has no schedule that could be changed: there is no valid old secret, or none that an API call replaced.
    case alreadyGone
    /// Zoom certainly changed nothing, and the same call may succeed later.
    case notNow(ZoomFailure)
    /// Zoom may have done it.
    case unknown(ZoomFailure)
    /// Zoom certainly changed nothing, and the same call would fail again.
    case refused(ZoomFailure)

    init(_ failure: ZoomFailure) {
        self =
            switch (failure.disposition, failure.cause) {
            case (_, .oldSecretGone): .alreadyGone
            case (.permanent, .outOfRange): .outOfRange(failure)
            // Another token may do.
            case (.permanent, .tokenRefused): .notNow(failure)
            case (.permanent, _): .refused(failure)
            case (.transient, _), (.throttled, _): .notNow(failure)
            case (.ambiguous, _): .unknown(failure)
            }
    }
}
