package import Domain
package import SecretMemory
package import Vault

/// The states of a rotation as types, so that a forbidden transition cannot be written.
///
///     planned → intended → received → verified → current → published → draining → retired
///                   ↘ lost response        ↘ blocked ↘ blocked
///                   ↘ refused
///
/// An answer of Zoom that was stored outside of the vault leads to `received` from the state in which its call left the
/// rotation.
///
/// A state is created by a transition, in `States.swift`, or read from the vault by ``RotationState/init(_:)``. Every
/// transition is one durable commit of the facts that it returns.
package protocol TypedPhase: Sendable {
    var facts: Rotation { get }
}

/// A state in which a new secret is requested from Zoom, once the present one is verified.
package protocol AskingPhase: TypedPhase {
    /// Zoom is about to be asked. Committed before the call: after a crash from here on, the secret may have changed.
    /// - Parameter token: minted for this call alone.
    func ask(_ call: Rotation.Call, with token: CallToken, revokeAt: Timestamp) -> Intended
    func postpone(until due: Timestamp, reason: FailureReason) -> Self
    /// Zoom refuses the present secret.
    func refuse(at now: Timestamp, reason: FailureReason) -> RotationState
    /// The request cannot be made, and another attempt would not help.
    func fail(at now: Timestamp, reason: FailureReason) -> RotationState
}

/// A state in which the operator can enter a new secret from the Marketplace. It is verified like any other.
package protocol AcceptingPhase: TypedPhase {
    /// - Parameter oldExpiresBy: the latest time at which the old secret expires, if no expiry was requested from Zoom.
    func accept(_ secret: SecretBox, oldExpiresBy: Timestamp, at now: Timestamp) -> Received
}

/// A state in which Zoom's answer may come: directly, or from where it was stored outside of the vault.
package protocol FindingPhase: TypedPhase {
    /// Committed before the answer is read, because it may contain the only copy of the new secret.
    func receive(_ answer: SecretBox, at now: Timestamp) -> Received
}

/// A promotion: the new state and the new generation, for one commit.
package struct Promotion: Sendable {
    package let state: Current
    package let credential: Credential
}
