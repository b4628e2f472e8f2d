import PingFederate
package import Vault

extension ConsoleFailure {
    /// How far Keyturn came, and so what shows that it is over: never less than what failed.
    package var step: Delivery.Failure.Step {
        switch cause {
        case .replication: .replication
        case .editors, .mismatch, .moved: .save
        // Whatever was to be done, it never began.
        case .unauthorized, .tokenRejected, .certificateRefused, .untrusted, .tlsFailed, .caUnusable,
            .identityUnusable, .unreachable, .proxyRefused, .invalidClient, .invalidScope, .tokenRefused:
            .access
        case .forbidden, .notFound, .wrongAddress, .redirected, .rejected, .conflict, .tooLarge,
            .unsupportedMediaType, .answerLost, .serverError, .unexpectedAnswer, .cancelled:
            switch party?.call ?? .look {
            case .look: .access
            case .save: .save
            case .replication: .replication
            }
        }
    }
}

extension Delivery {
    /// Lets go of a failure of one of these steps, which just went well.
    package mutating func disprove(_ steps: Failure.Step...) {
        if let step = failure?.step, steps.contains(step) { failure = nil }
    }
}
