import Domain
import Vault

extension StoreError {
    /// The failure to open a backup. The hints for a vault would be wrong: nobody is to create a new one, or to
    /// replace the one that is there.
    func ofBackup(_ path: String) -> StoreError {
        switch code {
        case .missing, .notAVault, .damaged: StoreError(code, detail, hint: Self.otherBackup(path))
        default: self
        }
    }

    /// What to do about a backup that cannot be used.
    static func otherBackup(_ path: String) -> String {
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        return "use another backup: ls -l \(directory)"
    }
}
