import Names
import Rotation
import SocketAPI

/// Answers of Zoom's that are not in the vault, in words for operators.
extension EscrowReport.Trouble {
    var words: String {
        switch kind {
        case .inMemory: "a new secret is in memory only: neither the vault nor an escrow file can take it"
        case .inEscrow: "a new secret lies sealed in \(file ?? "escrow/"), since the vault cannot take it"
        case .unclaimed: "\(file ?? "an escrow file") is of no use to any rotation: \(reason)"
        case .unreadable: "escrow/ cannot be read, and no rotation goes on before it is: \(reason)"
        case .unready: "no room is held back for a new secret that the vault cannot take: \(reason)"
        }
    }

    var hint: String? {
        switch kind {
        case .inMemory: "free some space on the file system of the state directory, and do not stop keyturnd"
        case .inEscrow: "free some space on the file system of the state directory; the rotation then goes on by itself"
        case .unclaimed: "keep the file while a rotation waits for a lost answer; when none does, remove it"
        case .unreadable: "make escrow/ in the state directory a directory of the daemon's user, mode 0700"
        case .unready: "free some space on the file system of the state directory"
        }
    }
}

extension StatusDocument.Problem {
    init(_ trouble: EscrowReport.Trouble) {
        self.init(cause: trouble.kind.rawValue, app: trouble.app, trouble.words, try: trouble.hint)
    }
}
