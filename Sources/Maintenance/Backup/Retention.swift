import Domain
import Glibc
import SocketAPI
import System

/// Retains the newest backups of one directory, by their names `keyturn-20261125T013000Z.db`. Files with other names are
/// ignored.
struct Retention {
    static let numbers = 1...1000
    let directory: String
    let keep: Int

    static func name(at time: Timestamp) -> String {
        "keyturn-\(time.description.filter { $0 != "-" && $0 != ":" }).db"
    }

    /// The name of the first second from `time` that has no backup, finished or not: two may follow within a second.
    static func freeName(in directory: String, from time: Timestamp) -> String {
        let names = Set((try? Files.names(in: directory)) ?? [])
        let following = (0..<60).lazy.map { name(at: time + $0) }
        return following.first { !names.contains($0) && !names.contains($0 + ".draft") } ?? name(at: time)
    }

    /// The names to delete, of all that exist, oldest first.
    func superfluous(of names: [String]) -> [String] {
        Array(names.filter(Self.isBackup).sorted().dropLast(keep))
    }

    static func isBackup(_ name: String) -> Bool {
        name.wholeMatch(of: /keyturn-[0-9]{8}T[0-9]{6}Z\.db/) != nil
    }

    /// Deletes old backups. Call it only once the newest backup is complete and on disk.
    /// - Returns: the deleted names.
    func apply() -> [String] {
        superfluous(of: (try? Files.names(in: directory)) ?? []).filter { name in
            var status = stat()
            let path = directory + "/" + name
            guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
            return unsafe unlink(path) == 0
        }
    }
}
