/// A rotation's state as text for people; `--json` has the code. An unknown state of a newer daemon stays as it is.
package func rotationWords(_ state: String) -> String {
    switch state {
    case "planned", "verified", "refused": state
    case "intended": "asking Zoom"
    case "lost_response": "unknown outcome"
    case "received": "new secret received"
    case "current": "live"
    case "published": "pushed"
    case "draining": "grace period"
    case "retired": "done"
    case "aborted": "cancelled"
    case "blocked": "blocked"
    default: state
    }
}
