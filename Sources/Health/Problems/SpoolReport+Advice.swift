package import Domain
package import Rotation
import SocketAPI

/// Descriptions, for operators, of Zoom's answers that are not in the vault.
extension SpoolReport.Trouble: Advised {
    package var advice: Advice {
        switch kind {
        case .inMemory:
            Advice(
                "a new secret is in memory only: neither the vault nor a spool file can be written",
                try: "free some space on the file system of the state directory, and do not stop keyturnd")
        case .inSpool:
            Advice(
                "a new secret is stored encrypted in \(file ?? "spool/"), because the vault cannot be written",
                try: "free some space in the state directory; the rotation then continues automatically")
        case .unclaimed:
            Advice(
                "\(file ?? "a spool file") is of no use to any rotation: \(reason)",
                try: "keep the file while a rotation waits for a lost answer; when none does, remove it")
        case .unreadable:
            Advice(
                "spool/ cannot be read, and no rotation continues until it can: \(reason)",
                try: "make spool/ in the state directory a directory of the daemon's user, mode 0700")
        case .unready:
            Advice(
                "no spare file could be reserved for a new secret that the vault cannot store: \(reason)",
                try: "free some space on the file system of the state directory")
        }
    }
}

extension HealthIssue {
    package init(_ trouble: SpoolReport.Trouble) {
        self.init(code: trouble.kind.rawValue, app: trouble.app, trouble.advice)
    }
}
