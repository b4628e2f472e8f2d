package import Domain
package import SecretMemory
package import Vault

/// The states of a rotation as types, so that a transition that must not happen cannot be written.
///
///     planned → intended → received → verified → current → published → draining → retired
///                   ↘ lost response        ↘ blocked ↘ blocked
///                   ↘ refused
///
/// An answer of Zoom's that was kept outside of the vault leads to `received` from where its call left the rotation.
///
/// A state is made by the transition that leads to it, in `States.swift`, or read back from the vault by
/// ``RotationState/init(_:)``. Every transition is one durable commit of the facts that it returns.
package protocol RotationPhase: Sendable {
    var facts: Rotation { get }
}

/// A state in which Zoom is to be asked for a new secret, once the present one is proven.
package protocol AskingPhase: RotationPhase {
    /// Zoom is about to be asked. Committed before the call: a crash from here on may have changed the secret.
    func ask(revokeAt: Timestamp, at now: Timestamp) -> Intended
    func postpone(until due: Timestamp, reason: String) -> Self
    /// Zoom refuses the present secret.
    func refuse(at now: Timestamp, reason: String) -> RotationState
}

/// A state in which the operator can give a new secret that was made in the Marketplace. It is proven like any other.
package protocol AcceptingPhase: RotationPhase {
    /// - Parameter oldDiesBy: when the old secret is dead at the latest, if Zoom was told no time.
    func accept(_ secret: SecretBox, oldDiesBy: Timestamp, at now: Timestamp) -> Received
}

/// A state in which Zoom's answer may come: just now, or found where it was kept outside of the vault.
package protocol FindingPhase: RotationPhase {
    /// Committed before the answer is read: it holds the only copy of the new secret.
    func receive(_ answer: SecretBox, at now: Timestamp) -> Received
}

/// A promotion: the new state and the new generation, for one commit.
package struct Promotion: Sendable {
    package let state: Current
    package let credential: Credential
}
