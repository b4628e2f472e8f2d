extension RotationPhase {
    /// For people; `--json` has the code.
    package var words: String {
        switch self {
        case .planned, .verified, .refused, .blocked: rawValue
        case .intended: "asking Zoom"
        case .lostResponse: "unknown outcome"
        case .received: "new secret received"
        case .current: "live"
        case .published: "pushed"
        case .draining: "grace period"
        case .retired: "done"
        case .aborted: "cancelled"
        }
    }
}

extension Open<RotationPhase> {
    /// A phase of a newer daemon stays as it is.
    package var words: String { known?.words ?? rawValue }
}

extension RotationTrigger {
    /// How the rotation began, for people: continues "begun …,". `--json` has the code.
    package var words: String {
        switch self {
        case .schedule: "by schedule"
        case .operator: "on request"
        case .manual: "by hand"
        }
    }
}

extension Open<RotationTrigger> {
    /// A trigger of a newer daemon stays as it is.
    package var words: String { known?.words ?? "by \(rawValue)" }
}
