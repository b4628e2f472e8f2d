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

/// The outcome of a request to revoke the old client secret now.
package enum EndOldSecretCall: Equatable, Sendable {
    case ended
    /// There was no valid old secret any more: as good as revoked.
    case alreadyGone
    /// The same call may succeed later. Zoom may also have acted on it: then the next call returns ``alreadyGone``.
    case later(ZoomFailure)
    /// The same call would fail again.
    case refused(ZoomFailure)

    init(_ failure: ZoomFailure) {
        self =
            switch (failure.disposition, failure.cause) {
            case (_, .oldSecretGone): .alreadyGone
            case (.permanent, _): .refused(failure)
            case (.transient, _), (.throttled, _), (.ambiguous, _): .later(failure)
            }
    }
}
