package import Domain

/// What a rotation may wait for in each of its states, and how long that is normal. Problem, alert, metric, text and the
/// table in docs/rotation.md are derived from it; a test compares that page with it.
package struct WaitRow: Equatable, Sendable {
    package let phase: RotationPhase
    package let kind: WaitKind
    /// In seconds; `nil` for as long as configured.
    package let usual: Int?
    /// Continues "the rotation has waited 3 d 4 h for".
    package let words: String

    /// Every state except the final ones waits for something.
    package static func rows(_ phase: RotationPhase) -> [WaitRow] {
        func row(_ kind: WaitKind, _ usual: Int?, _ words: String) -> WaitRow {
            WaitRow(phase: phase, kind: kind, usual: usual, words: words)
        }
        return switch phase {
        // Zoom's throttle is 16 minutes; pauses after failures are up to 15.
        case .planned, .intended: [row(.zoom, 1800, "Zoom to make a new secret")]
        case .lostResponse: [row(.zoom, 0, "Zoom to make another secret")]
        // Retries take 20 minutes while Zoom says that it does not know the secret yet.
        case .received: [row(.zoom, 1800, "Zoom to accept the new secret")]
        case .verified: [row(.vault, 300, "the vault to store the new secret")]
        case .current:
            [
                row(.targets, 3600, "push targets to have the new secret"),
                row(.vault, 300, "the vault to be writable again"),
            ]
        case .published: [row(.vault, 300, "the vault to be writable again")]
        case .draining:
            [
                row(.overlap, nil, "the overlap to end"),
                row(.targets, 3600, "push targets that were changed, or cannot be checked"),
                row(.holders, 86_400, "clients to fetch the new secret"),
                row(.zoom, 3600, "Zoom to revoke the old secret"),
            ]
        case .blocked: [row(.you, 0, "you")]
        case .retired, .refused, .aborted: []
        }
    }

    package static let all = RotationPhase.allCases.flatMap(rows)
}
