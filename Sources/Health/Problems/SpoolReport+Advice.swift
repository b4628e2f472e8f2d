import Domain
package import Rotation
import SocketAPI

/// Descriptions, for operators, of Zoom's answers that are not in the vault.
extension SpoolReport.Trouble {
    package var words: String {
        switch kind {
        case .inMemory: "a new secret is in memory only: neither the vault nor a spool file can be written"
        case .inSpool: "a new secret is stored encrypted in \(file ?? "spool/"), because the vault cannot be written"
        case .unclaimed: "\(file ?? "a spool file") is of no use to any rotation: \(reason)"
        case .unreadable: "spool/ cannot be read, and no rotation continues until it can: \(reason)"
        case .unready: "no spare file could be reserved for a new secret that the vault cannot store: \(reason)"
        }
    }

    package var hint: String? {
        switch kind {
        case .inMemory: "free some space on the file system of the state directory, and do not stop keyturnd"
        case .inSpool: "free some space in the state directory; the rotation then continues automatically"
        case .unclaimed: "keep the file while a rotation waits for a lost answer; when none does, remove it"
        case .unreadable: "make spool/ in the state directory a directory of the daemon's user, mode 0700"
        case .unready: "free some space on the file system of the state directory"
        }
    }
}

extension StatusDocument.Problem {
    package init(_ trouble: SpoolReport.Trouble) {
        self.init(cause: trouble.kind.rawValue, app: trouble.app, trouble.words, try: trouble.hint)
    }
}
