import Domain
import PingFederate
package import Vault

extension ConsoleFailure {
    /// The step that failed: success of this step, or of a later one, shows that the failure is over.
    package var step: Delivery.Failure.Step {
        switch cause {
        case .replication: .replication
        case .editors, .mismatch, .moved: .save
        // The call never got as far as its own step.
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
    /// Clears a failure of one of these steps, which have just succeeded.
    package mutating func disprove(_ steps: Failure.Step...) {
        if let step = failure?.step, steps.contains(step) { failure = nil }
    }
}
