package import SecretMemory

/// What came of asking for a new client secret. Zoom shows the secret this once, so whatever arrived is handed out as it
/// arrived, to be made safe before anybody reads it.
package enum RotationCall: Sendable {
    /// The body of a 2xx, byte for byte, JSON or not: for ``RotationAnswer``.
    case answered(SecretBox)
    /// Zoom certainly changed nothing: the call was not sent, or refused in Zoom's own form.
    case certainlyNot(ZoomFailure)
    /// Zoom may have made a secret that nobody has. `partial` is what arrived of a body, if anything did: a cut answer, or
    /// whatever came with a status that settles nothing. See ``RotationAnswer/salvage(_:)``.
    case unknown(ZoomFailure, partial: SecretBox?)

    /// By the failure's disposition alone: ambiguous is unknown, and nothing else is.
    init(_ failure: ZoomFailure, body: SecretBox?) {
        let isEmpty = (body?.bytes.count ?? 0) == 0
        self =
            failure.disposition == .ambiguous
            ? .unknown(failure, partial: isEmpty ? nil : body) : .certainlyNot(failure)
    }
}

/// What came of asking that the old client secret end now.
package enum EndOldSecretCall: Equatable, Sendable {
    case ended
    /// No old secret was alive any more: as good as ended.
    case alreadyGone
    /// The same call may succeed later. It may also have been done: then it is ``alreadyGone`` the next time.
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
